"""Files that once caused a traceback, no message, or a message as long as the data."""

import io
import json
import struct
import zipfile
import zlib

import numpy as np
import pytest
import srsly
from fuzzing import valid

from seqkit.data.files import read_file
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.io.text_files import read_lines

BREAKS = {
    "comments": lambda own: own["comments"].append("# a\n\n1\tFAKE\t_\tX\t_\t_\t_\t_\t_\t_\n"),
    "a comment that is none": lambda own: own["comments"].append("1\tFAKE\t_\tX\t_\t_\t_\t_\t_\t_"),
    "deps": lambda own: own["deps"].__setitem__(0, "_\t_\n\n1\tFAKE\t_\tX\t_\t_\t_\t_\t_"),
    "misc": lambda own: own["misc"].__setitem__(0, "_\n\n1\tFAKE\t_\tX\t_\t_\t_\t_\t_\t_"),
    "others": lambda own: own["others"].append([1, "9-9\tx\n\n1\tFAKE\t_\tX\t_\t_\t_\t_\t_\t_"]),
    "silver": lambda own: own.__setitem__("silver", ["x"]),
    "silver of a number": lambda own: own.__setitem__("silver", 5),
    "deps of numbers": lambda own: own.__setitem__("deps", [1, 2, 3, 4, 5, 6]),
}


def refusal(path, **named):
    with pytest.raises(SeqkitError) as caught:
        list(read_file(str(path), RecordErrors(), **named))
    assert caught.value.problem.startswith(str(path)) and len(str(caught.value)) < 700
    return caught.value


@pytest.mark.parametrize("case", BREAKS)
def test_data_of_a_docbin_that_would_make_up_sentences(case, tmp_path):
    content = srsly.msgpack_loads(zlib.decompress(valid.written("spacy")))
    own = srsly.msgpack_loads(content["user_data"][0])
    BREAKS[case](own["seqkit"])
    content["user_data"][0] = srsly.msgpack_dumps(own)
    path = tmp_path / "x.spacy"
    path.write_bytes(zlib.compress(srsly.msgpack_dumps(content)))
    assert f"{path}:1: Doc 1: damaged data" in refusal(path).problem
    problems = RecordErrors(skip=True)
    found = list(read_file(str(path), problems))
    assert problems.skipped == 1 and "FAKE" not in [word for one in found for word in one.words]


def zip_of(path, method, content=b"one\n" * 500):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("a.txt", content)
    return bytearray(path.read_bytes())


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]
)
def test_a_damaged_member_is_named(method, tmp_path):
    path = tmp_path / "x.zip"
    whole = zip_of(path, method)
    for at in range(30, len(whole) - 1, 7):
        data = bytearray(whole)
        data[at] ^= 0xFF
        path.write_bytes(data)
        try:
            lines = [line for _, line in read_lines(f"{path}/a.txt")]
        except SeqkitError as error:
            assert str(path) in error.problem and "\n" not in error.problem
        else:
            assert len(lines) == 500


def test_a_name_in_a_zip_file_that_is_no_text(tmp_path):
    path = tmp_path / "x.zip"
    data = zip_of(path, zipfile.ZIP_STORED)
    start = data.rindex(b"PK\x01\x02")
    data[start + 8 : start + 10] = struct.pack("<H", 0x800)
    data[start + 46] = 0xFF
    path.write_bytes(data)
    with pytest.raises(SeqkitError, match="cannot be unpacked"):
        list(read_lines(f"{path}/a.txt"))


@pytest.mark.parametrize(
    "shape", ["(10**26, 4)", "(True, 4)", "(-1, 4)", "(3.0, 4)", "(99999999999999999999, 4)"]
)
def test_an_invalid_shape(shape, tmp_path):
    from seqkit_frames.files import read_vectors

    file, path = io.BytesIO(), tmp_path / "x.npy"
    np.save(file, np.ones((3, 4), np.float32))
    head = file.getvalue()[10:128].decode().rstrip().replace("(3, 4)", shape)
    path.write_bytes(file.getvalue()[:10] + head.ljust(117).encode() + b"\n" + file.getvalue()[128:])
    with pytest.raises(SeqkitError) as caught:
        read_vectors(path)
    assert str(path) in caught.value.problem


@pytest.mark.parametrize("digits", [19, 30, 4000, 6000])
def test_integers_of_many_digits_are_not_converted_to_spacy(digits, tmp_path, seqkit):
    path = tmp_path / "x.jsonl"
    path.write_text('{"words": ["a"], "offset": ' + "9" * digits + "}\n")
    result = seqkit("corpora", "convert", path, tmp_path / "x.spacy")
    assert result.code == 1 and f"{path}:1: " in result.err and len(result.err) < 600
    assert not (tmp_path / "x.spacy").exists()


def test_a_header_with_a_column_twice(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_text("word\tupos\tupos\na\tX\tY\n")
    assert f"{path}:1: two columns are of the kind upos" in refusal(path).problem


LONG = "x" * 1_000_000


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.tsv", f"word\t{LONG}\tupos\na\tb\tX\n"),
        ("x.tsv", "word\t" + "\t".join(f"A{number}" for number in range(100_000)) + "\na\n"),
        ("x.conllu", f"1\ta\t_\tX {LONG}\t_\t_\t_\t_\t_\t_\n\n"),
        ("x.conllu", f"{LONG}\ta\t_\tX\t_\t_\t_\t_\t_\t_\n\n"),
        ("x.conllu", f"{'9' * 5000}\ta\t_\tX\t_\t_\t_\t_\t_\t_\n\n"),
        ("x.jsonl", json.dumps({"words": ["a"], "spaces": [LONG]}) + "\n"),
        ("x.jsonl", f'{{"words": {LONG}}}\n'),
    ],
)
def test_a_message_does_not_repeat_the_data(name, content, tmp_path):
    path = tmp_path / name
    path.write_text(content)
    refusal(path)
