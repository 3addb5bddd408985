"""Limits of readers: decompression bombs, long lines and records, depth, time, and how a caller changes them."""

import gzip
import json
import subprocess
import sys
import zlib

import pytest
import srsly
from spacy.tokens import Doc, DocBin
from spacy.vocab import Vocab

from seqkit.data.files import read_file
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.io.limits import ReadLimits, current_limits, limited, parse_limits

FORMATS = {"conllu": "x.conllu.gz", "tsv": "x.tsv.gz", "jsonl": "x.jsonl.gz"}


def read(path, problems=None, **limits):
    with limited(ReadLimits(**limits)):
        return list(read_file(path, problems or RecordErrors()))


def refusal(path, **limits):
    with pytest.raises(SeqkitError) as caught:
        read(path, **limits)
    assert caught.value.problem.startswith(path) and len(caught.value.problem) < 300
    return caught.value


BOMB = """
import resource, sys
from seqkit.data.files import read_file
from seqkit.data.pairs import read_pairs
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.formats.plain import read_tokens
import spacy.tokens
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
readers = {
    "pairs": lambda path: read_pairs(path, "", "", "", RecordErrors()),
    "pretokenized": lambda path: read_tokens(path, RecordErrors()),
}
for name in sys.argv[1:]:
    kind, _, path = name.partition(":")
    try:
        for _ in readers.get(kind, lambda path: read_file(path, RecordErrors()))(path):
            pass
        print(kind, "read")
    except SeqkitError as error:
        print(kind, str(error).replace("\\n", " "))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    """A file of each format, of about 1 MB, that expands to 200 MB in one line or one record."""
    folder = tmp_path_factory.mktemp("bombs")
    packer, packed = zlib.compressobj(1, wbits=31), []
    for _ in range(200):
        packed.append(packer.compress(b"a" * (1 << 20)))
    packed.append(packer.flush())
    for name in (*FORMATS.values(), "pairs.tsv.gz", "words.txt.gz"):
        (folder / name).write_bytes(b"".join(packed))
    made = DocBin(docs=[Doc(Vocab(), ["a"])])
    content = srsly.msgpack_loads(zlib.decompress(made.to_bytes()))
    content["tokens"] = bytes(200 << 20)
    (folder / "x.spacy").write_bytes(zlib.compress(srsly.msgpack_dumps(content), 1))
    content["tokens"], content["strings"] = b"", [[]] * (20 << 20)
    (folder / "objects.spacy").write_bytes(zlib.compress(srsly.msgpack_dumps(content), 1))
    return folder


def test_bombs_are_refused_in_little_memory(bombs):
    kinds = {**FORMATS, "pairs": "pairs.tsv.gz", "pretokenized": "words.txt.gz"}
    kinds |= {"spacy": "x.spacy", "objects": "objects.spacy"}
    arguments = [f"{kind}:{bombs / name}" for kind, name in kinds.items()]
    done = subprocess.run(
        [sys.executable, "-c", BOMB, *arguments], capture_output=True, text=True, timeout=120
    )
    *found, peak = done.stdout.splitlines()
    assert len(found) == len(kinds), done.stderr
    for line in found:
        assert "--limit" in line or "more objects" in line, line
    assert int(peak) < 600


ROW = "{}\ta\t_\tX\t_\t_\t_\t_\t_\t_\n"


@pytest.mark.parametrize("name", ["x.conllu", "x.tsv", "x.jsonl"])
@pytest.mark.parametrize(("limit", "most"), [("words", 3), ("bytes", 100)])
def test_a_limit_is_named_in_the_error(name, limit, most, write_file):
    rows = [ROW.format(number) for number in range(1, 9)]
    content = {
        "x.conllu": "".join(rows) + "\n",
        "x.tsv": "word\tupos\n" + "a\tX\n" * 60 + "\n",
        "x.jsonl": json.dumps({"words": ["a"] * 60}) + "\n",
    }[name]
    path = write_file(name, content)
    assert read(path)
    error = refusal(path, **{limit: most})
    assert f"--limit {limit}=" in error.fix


@pytest.mark.parametrize("size", [900, 3_000_000])
@pytest.mark.parametrize("name", ["x.conllu", "x.tsv", "x.jsonl"])
def test_only_a_record_that_is_too_long_is_skipped(name, size, write_file):
    good = {
        "x.conllu": ROW.format(1) + "\n",
        "x.tsv": "a\tX\n\n",
        "x.jsonl": '{"words": ["a"]}\n',
    }[name]
    long = {
        "x.conllu": "".join(ROW.format(number) for number in range(1, size // 20)) + "\n",
        "x.tsv": "a\tX\n" * (size // 4) + "\n",
        "x.jsonl": json.dumps({"words": ["a" * size]}) + "\n",
    }[name]
    header = "word\tupos\n" if name == "x.tsv" else ""
    path = write_file(name, header + good + long + good)
    refusal(path, line=500, record=500)
    problems = RecordErrors(skip=True)
    found = read(path, problems, line=500, record=500)
    assert [sentence.words for sentence in found] == [["a"], ["a"]] and problems.skipped == 1
    lines = (header + good + long).count("\n") + 1
    assert found[-1].where.line == lines


def test_the_depth_of_json(write_file):
    deep = '{"words": ["a"], "x": ' + "[" * 30 + '"[[[["' + "]" * 30 + "}\n"
    path = write_file("x.jsonl", deep)
    assert read(path)
    assert "--limit depth=" in refusal(path, depth=30).fix
    assert read(write_file("y.jsonl", '{"words": ["a"], "x": "' + "[" * 300 + '"}\n'))


def test_records_seconds_and_ratio(write_file):
    lines = '{"words": ["a"]}\n' * 10
    path = write_file("x.jsonl", lines)
    assert len(read(path, records=10)) == 10
    assert "--limit records=" in refusal(path, records=9).fix
    assert "--limit seconds=" in refusal(path, seconds=1e-9).fix
    packed = write_file("y.jsonl.gz", gzip.compress(b'{"words": ["a"]}\n' * (5 << 20), 1))
    with pytest.raises(SeqkitError, match="more than 100 times"):
        for _ in read_file(packed, RecordErrors()):
            break
        for _ in gzip_lines(packed):
            pass


def gzip_lines(path):
    from seqkit.io.text_files import read_lines

    return read_lines(path)


def test_limits_belong_to_a_context(write_file):
    path = write_file("x.jsonl", '{"words": ["a", "b"]}\n')
    with limited(ReadLimits(words=1)):
        with limited(ReadLimits(words=2)):
            assert current_limits().words == 2 and read(path, words=2)
        assert current_limits().words == 1
    assert current_limits() == ReadLimits()


def test_settings():
    assert parse_limits(["line=64MB", "ratio=2.5"]) == ReadLimits(line=64_000_000, ratio=2.5)
    for wrong in (
        "lines=1",
        "line",
        "line=",
        "line=x",
        "line=-1",
        "line=0",
        "line=1e9",
        "line=" + "9" * 5000,
    ):
        with pytest.raises(SeqkitError) as caught:
            parse_limits([wrong])
        assert caught.value.exit_code == 2 and len(str(caught.value)) < 300


def test_the_option_and_the_variable(seqkit, write_file, monkeypatch):
    path = write_file("x.jsonl", '{"words": ["a", "b"]}\n')
    target = path + ".tsv"
    assert seqkit("corpora", "convert", path, target).code == 0
    done = seqkit("corpora", "convert", path, target, "--limit", "words=1")
    assert done.code == 1 and "x.jsonl:1: a sentence of more than 1 words" in done.err
    assert "--limit words=" in done.err and len(done.err.splitlines()) == 2
    monkeypatch.setenv("SEQKIT_LIMITS", "words=1")
    assert seqkit("corpora", "convert", path, target).code == 1
    assert seqkit("corpora", "convert", path, target, "--limit", "words=2").code == 0
    assert seqkit("corpora", "convert", path, target, "--limit", "wrds=2").code == 2
    monkeypatch.setenv("SEQKIT_LIMITS", "nonsense")
    done = seqkit("corpora", "convert", path, target)
    assert done.code == 2 and "SEQKIT_LIMITS" in done.err
