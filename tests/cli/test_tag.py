"""`seqkit tag` on good and on bad input."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from xml.etree import ElementTree

import pytest
from toy import tiny

from seqkit.data.files import read_file
from seqkit.examples import RecordErrors
from seqkit.models.artifact import save_model
from seqkit.nn import bfloat16

TREEBANK = """# newdoc id = d1
# sent_id = 1
# text = I can't go.
1\tI\tI\tPRON\tPRP\tCase=Nom\t4\tnsubj\t_\t_
2-3\tcan't\t_\t_\t_\t_\t_\t_\t_\t_
2\tca\tcan\tAUX\tMD\t_\t4\taux\t_\t_
3\tn't\tnot\tPART\tRB\t_\t4\tadvmod\t_\t_
4\tgo\tgo\tVERB\tVB\t_\t0\troot\t0:root\tSpaceAfter=No
4.1\tempty\t_\t_\t_\t_\t_\t_\t_\tCopyOf=4
5\t.\t.\tPUNCT\t.\t_\t4\tpunct\t_\t_

"""


def columns(text: str) -> list[list[str]]:
    return [line.split("\t") for line in text.splitlines() if line and line[0].isdigit()]


def words(text: str) -> list[str]:
    return [row[1] for row in columns(text) if row[0].isdigit()]


def test_text_as_conllu(seqkit, model):
    result = seqkit("tag", "Time flies like an arrow.", "-m", model, "--format", "conllu")
    assert result.code == 0
    assert words(result.out) == ["Time", "flies", "like", "an", "arrow", "."]
    assert all(row[3] != "_" for row in columns(result.out))
    assert "# text = Time flies like an arrow." in result.out


def test_standard_input_as_jsonl(seqkit, model):
    result = seqkit("tag", "-", "-m", model, "--format", "jsonl", stdin=b"I saw her duck. It swam.\n")
    objects = [json.loads(line) for line in result.out.splitlines()]
    assert [item["words"] for item in objects] == [["I", "saw", "her", "duck", "."], ["It", "swam", "."]]
    assert all(len(item["upos"]) == len(item["words"]) for item in objects)


@pytest.mark.parametrize("format", ["table", "tsv"])
def test_other_formats_hold_every_word(seqkit, model, format):
    out = seqkit("tag", "Time flies.", "-m", model, "--format", format).out
    assert all(word in out for word in ("Time", "flies", "."))


def test_docbin_opens_in_spacy(seqkit, model, tmp_path):
    import spacy
    from spacy.tokens import DocBin

    out = tmp_path / "out.spacy"
    assert seqkit("tag", "Time flies. It does.", "-m", model, "-o", out).code == 0
    docs = list(DocBin().from_disk(out).get_docs(spacy.blank("en").vocab))
    assert [token.text for doc in docs for token in doc] == ["Time", "flies", ".", "It", "does", "."]
    assert all(token.pos_ for doc in docs for token in doc)


def test_files_and_their_order(seqkit, model, tmp_path):
    novel, letter, out = tmp_path / "novel.txt.gz", tmp_path / "letter.txt", tmp_path / "out.conllu"
    novel.write_bytes(gzip.compress(b"Call me Ishmael.\n"))
    letter.write_text("Dear Sir,\n\nyours.\n")
    assert seqkit("tag", novel, letter, "-m", model, "-o", out).code == 0
    assert words(out.read_text()) == ["Call", "me", "Ishmael", ".", "Dear", "Sir", ",", "yours", "."]


def test_pretokenized_lines_stay_sentences(seqkit, model, tmp_path):
    tokens = tmp_path / "tokens.txt"
    tokens.write_text("ca n't stop\n:-) e.g. 3.5%\n")
    result = seqkit("tag", "--pretokenized", tokens, "-m", model, "-f", "jsonl")
    found = [json.loads(line)["words"] for line in result.out.splitlines()]
    assert found == [["ca", "n't", "stop"], [":-)", "e.g.", "3.5%"]]


def test_a_treebank_keeps_everything_but_three_columns(seqkit, model, tmp_path):
    source, out = tmp_path / "treebank.conllu", tmp_path / "tagged.conllu"
    source.write_text(TREEBANK)
    assert seqkit("tag", source, "-m", model, "-o", out).code == 0
    for before, after in zip(TREEBANK.splitlines(), out.read_text().splitlines(), strict=True):
        old, new = before.split("\t"), after.split("\t")
        if len(old) == 10 and old[0].isdigit():
            old[3:6] = new[3:6] = []
        assert new == old


def test_only_the_requested_labels(seqkit, model):
    result = seqkit("tag", "It does.", "-m", model, "-f", "jsonl", "--label", "xpos")
    assert {"upos", "xpos", "feats"} & set(json.loads(result.out)) == {"xpos"}


def test_a_misspelt_file_is_not_tagged(seqkit, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("novl.txt", "letters/x", "x.conllu.gz"):
        result = seqkit("tag", name, "-m", model)
        assert (result.code, result.out) == (2, "")
        assert f"{name}: no such file" in result.err and "--text" in result.err


def test_text_and_file_decide(seqkit, model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "README").write_text("Read me.")
    assert words(seqkit("tag", "--text", "novl.txt", "-m", model, "-f", "conllu").out) == ["novl.txt"]
    assert words(seqkit("tag", "--file", "README", "-m", model, "-f", "conllu").out) == ["Read", "me", "."]
    as_text = seqkit("tag", "README", "-m", model, "-f", "conllu")
    assert words(as_text.out) == ["README"] and "--file" in as_text.err
    assert seqkit("tag", "--text", "--file", "README", "-m", model).code == 2


@pytest.mark.parametrize("text", [b"", b"\n\n  \n"])
def test_empty_input_gives_a_message_and_no_error(seqkit, model, text):
    result = seqkit("tag", "-", "-m", model, "-f", "conllu", stdin=text)
    assert (result.code, result.out) == (0, "")
    assert "no words" in result.err


def test_a_line_of_a_million_characters(seqkit, model, tmp_path):
    for text in ("word " * 200_000, "x" * 1_000_000):
        long = tmp_path / "long.txt"
        long.write_text(text)
        result = seqkit("tag", long, "-m", model, "-f", "jsonl")
        assert result.code == 0
        objects = [json.loads(line) for line in result.out.splitlines()]
        assert sum(len(word) for item in objects for word in item["words"]) == len(text.replace(" ", ""))
        assert all(len(item["upos"]) == len(item["words"]) for item in objects)


def bad_files(folder):
    (folder / "folder.txt").mkdir()
    (folder / "binary.txt").write_bytes(b"PK\x03\x04\x00\x00\x00data")
    (folder / "latin.txt").write_bytes("Stra\xdfe\n".encode("latin-1"))
    whole = gzip.compress(b"Some text. " * 5000)
    (folder / "cut.txt.gz").write_bytes(whole[: len(whole) // 2])
    (folder / "bad.conllu").write_text(TREEBANK + "1\tonly\tthree\n\n")
    return {
        "folder.txt": "folder",
        "binary.txt": "binary.txt",
        "latin.txt": "latin.txt:1",
        "cut.txt.gz": "cut.txt.gz",
        "bad.conllu": "bad.conllu:12",
    }


def test_bad_files_are_named_and_leave_no_output(seqkit, model, tmp_path):
    for name, message in bad_files(tmp_path).items():
        out = tmp_path / "out.conllu"
        result = seqkit("tag", tmp_path / name, "-m", model, "-o", out)
        assert result.code in (1, 2), name
        assert message in result.err, (name, result.err)
        assert len(result.err.strip().splitlines()) <= 2
        assert not out.exists() and not list(tmp_path.glob(".out*"))


def test_an_old_output_survives_a_failure(seqkit, model, tmp_path):
    bad_files(tmp_path)
    out = tmp_path / "out.conllu"
    out.write_text("precious")
    assert seqkit("tag", tmp_path / "bad.conllu", "-m", model, "-o", out).code == 1
    assert out.read_text() == "precious"


def test_skip_bad_counts_and_continues(seqkit, model, tmp_path):
    bad_files(tmp_path)
    result = seqkit("tag", "--skip-bad", tmp_path / "bad.conllu", "-m", model, "-f", "conllu")
    assert result.code == 0
    assert words(result.out) == ["I", "ca", "n't", "go", "."]
    assert "1 bad record" in result.err and "bad.conllu:12" in result.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "xml"], "xml"),
        (["--format", "txt"], "cannot hold sentences"),
        (["--label", "upso"], "Did you mean 'upos'?"),
        (["-o", "nowhere/out.conllu"], "nowhere"),
        (["-o", "out.xyz"], ".xyz"),
    ],
)
def test_wrong_options_are_named(seqkit, model, arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = seqkit("tag", "It does.", "-m", model, *arguments)
    assert result.code == 2
    assert message in result.err


def test_wrong_models_are_named(seqkit, tmp_path):
    assert "no-such-model" in seqkit("tag", "x", "-m", "no-such-model").err
    assert "no model for" in seqkit("tag", "x", "--lang", "tlh").err.replace("tagging ", "")


def test_words_never_seen_and_zero_width_characters_get_one_tag_each(seqkit, model):
    line = "​ ‍ 漢字 ไทย 🤦🏽‍♀️ ́"
    result = seqkit("tag", "--pretokenized", "--text", line, "-m", model, "-f", "jsonl")
    item = json.loads(result.out)
    assert item["words"] == line.split(" ")
    assert len(item["upos"]) == 6


def test_probabilities_are_shown_with_the_labels(seqkit, model):
    item = json.loads(seqkit("tag", "It does.", "-m", model, "-f", "jsonl", "--top", "3").out)
    for kind in ("upos", "xpos", "feats"):
        for label, ranked in zip(item[kind], item["probabilities"][kind], strict=True):
            names, shares = zip(*ranked, strict=True)
            assert names[0] == label and len(names) == 3
            # The first is the label that was chosen together with those of the other kinds.
            assert list(shares[1:]) == sorted(shares[1:], reverse=True) and 0 < sum(shares) <= 1.001
    assert " 0." in seqkit("tag", "It does.", "-m", model, "-f", "table", "--probabilities").out
    refused = seqkit("tag", "It does.", "-m", model, "-f", "tsv", "--top", "3")
    assert refused.code == 2 and "no place for probabilities" in refused.err


def parsed_page(page: str) -> ElementTree.Element:
    """The page as a tree; its <meta> elements, which have no end tag, are left out."""
    return ElementTree.fromstring(re.sub(r"<meta [^>]*>", "", page.replace("<!DOCTYPE html>", "")))


def test_html_is_one_page_with_every_word_escaped(seqkit, model, tmp_path):
    out = tmp_path / "out.html"
    assert seqkit("tag", "Is 1 < 2 & <b>?", "-m", model, "-o", out, "--probabilities").code == 0
    page = out.read_text()
    root = parsed_page(page)
    words = [ruby.text for ruby in root.iter("ruby")]
    assert "".join(words) == "Is1<2&<b>?"
    assert all("%" in ruby.attrib["title"] for ruby in root.iter("ruby"))
    assert "http" not in page


def test_an_argument_that_is_not_utf8_is_refused(seqkit, model):
    result = seqkit("tag", b"caf\xe9".decode("utf-8", "surrogateescape"), "-m", model, "-f", "conllu")
    assert (result.code, result.out) == (2, "")
    assert "argument 1: is not UTF-8" in result.err


@pytest.mark.parametrize("text", ["Слово " * 60, "漢字 " * 100, "x" * 300 + " x.txt"])
def test_a_text_too_long_to_be_a_path(seqkit, model, text):
    assert words(seqkit("tag", "--text", text, "-m", model, "-f", "conllu").out)
    result = seqkit("tag", text, "-m", model, "-f", "conllu")
    assert result.code == 0 or "no such file" in result.err


def test_arguments_that_make_no_sense_together(seqkit, model, tmp_path):
    treebank = tmp_path / "treebank.conllu"
    treebank.write_text(TREEBANK)
    for arguments, message in (
        (["--pretokenized", treebank], "contains more than words"),
        (["--pretokenized", "--from", "conllu", treebank], "exclude each other"),
        (["-", "-"], "is given twice"),
    ):
        result = seqkit("tag", *arguments, "-m", model)
        assert (result.code, result.out) == (2, "")
        assert message in result.err


@pytest.mark.parametrize("format", ["tsv", "html"])
def test_nothing_is_written_before_the_model_is_there(seqkit, format):
    result = seqkit("tag", "x", "-m", "no-such-model", "-f", format)
    assert (result.code, result.out) == (2, "")


def test_the_format_of_what_is_no_file_is_refused(seqkit, model):
    result = seqkit("tag", "It runs.", "--from", "conllu", "-m", model)
    assert (result.code, result.out) == (2, "") and "every argument is text" in result.err


def test_an_empty_text_is_no_name_of_a_file(seqkit, model):
    result = seqkit("tag", "", "-m", model, "-f", "tsv")
    assert result.code == 0 and "--file" not in result.err


@pytest.mark.parametrize("format", ["conllu", "jsonl", "html"])
def test_a_name_that_is_not_utf8_is_shown_as_well_as_it_can_be(seqkit, model, tmp_path, format):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/x\xff.txt")
    try:
        with open(path, "w") as file:
            file.write("It runs.")
    except OSError:
        pytest.skip("this system has no such names")
    result = seqkit("tag", path, "-m", model, "-f", format)
    assert result.code == 0, result.err
    assert "x\ufffd.txt" in result.out


def test_each_of_several_inputs_is_a_document(seqkit, model, tmp_path):
    tokens = tmp_path / "a.txt"
    tokens.write_text("It runs .\n")
    out = seqkit("tag", tokens, "It stops.", "-m", model, "-f", "conllu").out
    assert [line for line in out.splitlines() if "newdoc" in line] == [
        f"# newdoc id = {tokens}" if f"id = {tokens}" in out else "# newdoc id = a.txt",
        "# newdoc id = argument 2",
    ]


def test_a_document_that_begins_with_an_empty_line_has_its_name(seqkit, model, tmp_path):
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_text("\nIt runs .\n")
    out = seqkit("tag", "--pretokenized", *paths, "-m", model, "-f", "conllu").out
    assert [line for line in out.splitlines() if "newdoc" in line] == [
        f"# newdoc id = {path}" for path in paths
    ]


def test_without_arguments_standard_input_is_read(seqkit, model):
    for switch in ("--text", "--file"):
        assert words(seqkit("tag", switch, "-m", model, "-f", "conllu", stdin=b"It runs.\n").out) == [
            "It",
            "runs",
            ".",
        ]
    assert words(seqkit("tag", "--text", "-", "-m", model, "-f", "conllu", stdin=b"It runs.\n").out) == ["-"]


def test_a_file_in_a_zip_file(seqkit, model, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("in/x.conllu", TREEBANK)
    result = seqkit("tag", tmp_path / "a.zip" / "in" / "x.conllu", "-m", model, "-f", "conllu")
    assert words(result.out) == ["I", "ca", "n't", "go", "."]
    result = seqkit("tag", tmp_path / "a.zip" / "y.conllu", "-m", model)
    assert result.code == 1 and "does not contain 'y.conllu'" in result.err


@pytest.mark.parametrize("suffix", ["conllu", "spacy"])
def test_replaced_silver_labels_are_not_marked_as_silver(seqkit, model, tmp_path, suffix):
    silver = "# labels = silver: en_core_web_sm 3.8\n"
    source, tagged = tmp_path / "silver.conllu", tmp_path / f"tagged.{suffix}"
    source.write_text(silver + TREEBANK)
    assert seqkit("tag", source, "-m", model, "-o", tagged).code == 0
    (sentence,) = read_file(tagged, RecordErrors())
    assert sentence.silver is None and silver.strip() not in sentence.lines
    assert seqkit("tag", source, "-m", model, "--label", "upos", "-o", tagged).code == 0
    (sentence,) = read_file(tagged, RecordErrors())
    assert sentence.silver == "en_core_web_sm 3.8" and silver.strip() in sentence.lines


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "seqkit", "tag", *map(str, arguments)]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_command_leaves_no_partial_output(model, tmp_path, number):
    out = tmp_path / "out.conllu"
    line = command("-", "-m", model, "-o", out)
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    end = time.monotonic() + 60
    while not list(tmp_path.glob(".out*")) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert "Traceback" not in errors
    assert ("interrupted" in errors) == (number == signal.SIGINT)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal here")
def test_under_nohup_it_outlives_the_terminal(model):
    line = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command("-", "-m", model, "-f", "tsv")]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    # Commands set their handlers at once, long before this is over.
    process.stdin.write(b"It runs.\n\n")
    process.stdin.flush()
    time.sleep(3)
    process.send_signal(signal.SIGHUP)
    out, _ = process.communicate(b"It stops.\n\n", timeout=60)
    assert process.returncode == 0
    assert b"stops\t" in out


def test_threads_that_wait_soon_leave_the_core_to_others(model):
    """GNU's library of threads tells what it was asked for; others say nothing."""
    for given, found in (({}, "10000"), ({"GOMP_SPINCOUNT": "77"}, "77")):
        environment = os.environ | {"OMP_DISPLAY_ENV": "VERBOSE"}
        for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
            environment.pop(name, None)
        done = subprocess.run(
            command("It runs.", "-m", model),
            env=environment | given,
            capture_output=True,
            text=True,
            check=True,
        )
        told = [line for line in done.stderr.splitlines() if "GOMP_SPINCOUNT" in line]
        if not told:
            pytest.skip("another library of threads")
        assert f"'{found}'" in told[0]


def test_a_reader_that_closes_the_pipe_is_not_an_error(model, tmp_path):
    long = tmp_path / "long.txt"
    long.write_text("It runs and runs.\n\n" * 20_000)
    process = subprocess.Popen(
        command(long, "-m", model, "-f", "tsv"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout.readline() == b"word\tupos\txpos\tfeats\n"
    process.stdout.close()
    assert process.wait(timeout=120) == 0
    assert process.stderr.read() == b""


def test_an_input_is_not_overwritten(seqkit, model, tmp_path):
    treebank = tmp_path / "treebank.conllu"
    treebank.write_text(TREEBANK)
    result = seqkit("tag", treebank, "-m", model, "-o", treebank)
    assert result.code == 2 and "is also an input" in result.err
    assert treebank.read_text() == TREEBANK


def test_a_treebank_read_as_text_has_a_warning(seqkit, model):
    as_text = seqkit("tag", "-", "-m", model, "-f", "tsv", stdin=TREEBANK.encode())
    assert "--from conllu" in as_text.err
    as_treebank = seqkit("tag", "-", "--from", "conllu", "-m", model, "-f", "jsonl", stdin=TREEBANK.encode())
    assert json.loads(as_treebank.out)["words"] == ["I", "ca", "n't", "go", "."]
    assert as_treebank.err == ""


def test_several_processes_write_what_one_writes(seqkit, model, tmp_path, monkeypatch):
    monkeypatch.setattr("seqkit.tasks.tagging.apply.CHUNK_WORDS", 40)
    text = tmp_path / "text.txt"
    text.write_text("".join(f"The {number} dogs bark at night .\n" for number in range(60)))
    one, two = tmp_path / "one.conllu", tmp_path / "two.conllu"
    for processes, out in ((1, one), (2, two)):
        done = seqkit(
            "tag", "--model", model, "--pretokenized", text, "-o", out, "--processes", str(processes)
        )
        assert done.code == 0, done.err
    assert one.read_bytes() == two.read_bytes()
    assert one.read_bytes().count(b"\n\n") == 60


@pytest.mark.skipif(not bfloat16.HERE, reason="this processor has no bfloat16")
def test_bfloat16_gives_nearly_the_same_tags_and_the_same_in_two_processes(seqkit, tmp_path, monkeypatch):
    monkeypatch.setattr("seqkit.tasks.tagging.apply.CHUNK_WORDS", 40)
    text = tmp_path / "text.txt"
    text.write_text("".join(f"The {number} old dogs bark at a man .\n" for number in range(60)))
    tagged = {}
    for name, more in {
        "exact": (),
        "rounded": ("--inference-dtype", "bfloat16"),
        "two": ("--inference-dtype", "bfloat16", "--processes", "2"),
    }.items():
        out = tmp_path / f"{name}.conllu"
        done = seqkit("tag", "--model", "en-tagger", "--pretokenized", text, "-o", out, *more)
        assert done.code == 0, done.err
        tagged[name] = [row[3] for row in columns(out.read_text())]
    assert tagged["two"] == tagged["rounded"]
    same = sum(a == b for a, b in zip(tagged["exact"], tagged["rounded"], strict=True))
    assert same >= 0.98 * len(tagged["exact"])


def test_the_states_are_computed_in_the_requested_format():
    import torch

    from seqkit.examples import Sentence
    from seqkit.tasks.tagging.loading import load_tagger

    sentence = Sentence(
        ["The", "old", "man", "and", "the", "sea", "were", "there", "before", "the", "dogs", "."]
    )
    probabilities = {}
    formats = ("bfloat16", "int8") if bfloat16.HERE else ("int8",)
    for compute in ("float32", *formats):
        tagger = load_tagger("en-tagger", compute)
        top = tagger.predict_top([sentence], 1)[0]["upos"]
        probabilities[compute] = torch.tensor([ranked[0][1] for ranked in top])
        assert all(weight.dtype == torch.float32 for weight in tagger.model.state_dict().values())
    for rounded in formats:
        assert 1e-6 < (probabilities["float32"] - probabilities[rounded]).abs().max() < 0.05


def test_an_unknown_number_format_is_refused(seqkit, model):
    result = seqkit("tag", "Hello.", "-m", model, "--inference-dtype", "bflaot16")
    assert result.code == 2
    assert "bfloat16" in result.err


def test_html_shows_tokens_as_written_in_the_direction_of_their_script(seqkit, model, tmp_path):
    rows = (
        "1-2\tdu\t_\t_\t_\t_\t_\t_\t_\t_",
        "1\tde\t_\tADP\t_\t_\t_\t_\t_\t_",
        "2\tle\t_\tDET\t_\t_\t_\t_\t_\t_",
        "3\tpain\t_\tNOUN\t_\t_\t_\t_\t_\tSpaceAfter=No",
        "4\t.\t_\tPUNCT\t_\t_\t_\t_\t_\t_",
    )
    source, out = tmp_path / "fr.conllu", tmp_path / "fr.html"
    source.write_text("\n".join(rows) + "\n\n")
    assert seqkit("tag", source, "-m", model, "-o", out).code == 0
    page = out.read_text()
    root = parsed_page(page)
    paragraph = root.find("body/p[@dir]")
    assert paragraph.attrib["dir"] == "auto"
    rubies = paragraph.findall("ruby")
    assert "".join(f"{ruby.text}{ruby.tail or ''}" for ruby in rubies).strip() == "du pain."
    assert rubies[0].find("rt").text.count("+") == 1
    told = rubies[0].attrib["title"]  # XML, not HTML, takes its line ends for blanks
    assert told.startswith("de upos: ") and " le upos: " in told


def test_words_of_an_argument_are_those_of_a_file(seqkit, model, tmp_path):
    line = "1\u00a0000 francs\u2028 .\n"
    file = tmp_path / "words.txt"
    file.write_text(line, encoding="utf-8")
    told = [
        seqkit("tag", "--pretokenized", *given, "-m", model, "-f", "jsonl").out
        for given in (["--text", line], [file])
    ]
    assert [json.loads(out)["words"] for out in told] == [["1\u00a0000", "francs\u2028", "."]] * 2


def test_a_table_shows_joiners_and_wide_blanks_as_they_are(seqkit, model):
    words = "می\u200cخواهم 1\u00a0000 a\u202eb"
    out = seqkit("tag", "--pretokenized", "--text", words, "-m", model, "-f", "table").out
    assert "می\u200cخواهم" in out and "1\u00a0000" in out and "a\\u202eb" in out


def test_a_layer_without_int8_is_refused(seqkit, tmp_path):
    folder = tmp_path / "rnn"
    save_model(folder, "rnn", tiny("rnn"), card="# Tiny\n")
    result = seqkit("tag", "Hello.", "-m", folder, "--inference-dtype", "int8")
    assert (result.code, result.out) == (2, "")
    assert "RNN" in result.err and "bfloat16" in result.err
