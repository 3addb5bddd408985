"""Malformed CoNLL-U: file, line and reason; with skip the sentence is left out and counted.

udtools, the validator of Universal Dependencies, is the second opinion: it must refuse what we refuse, for the
same reason.
"""

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from made_sentences import written
from udtools import Validator

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.formats.conllu import treebank as conllu
from seqkit.formats.conllu.checks import check_ids, check_rows
from seqkit.formats.conllu.treebank import parse, read
from seqkit.io import block_reader as blocks
from seqkit.io.text_files import BadRecord


def row(id, form="a", upos="X", misc="_"):
    return "\t".join([id, form, "_", upos, *["_"] * 5, misc]) + "\n"


GOOD = "# text = a b\n" + row("1") + row("2", "b") + "\n"

# What stands between two good sentences (4 lines each), the line of the fault, the reason, udtools' name
# for it (None where it lets that pass, or breaks on it).
BAD = {
    "nine columns": (row("1").replace("\tX\t", "\t"), 5, "9 columns", "number-of-columns"),
    "eleven columns": (row("1") + row("2", "a\tb"), 6, "11 columns", "number-of-columns"),
    "nine and eleven": (row("1")[2:] + row("2", "a\tb"), 5, "9 columns", "invalid-line"),
    "spaces for tabs": ("1 a _ X\n", 5, "1 columns", "number-of-columns"),
    "id left out": (row("1") + row("3"), 6, "expected the ID 2, got 3", "word-id-sequence"),
    "id twice": (row("1") + row("1"), 6, "expected the ID 2, got 1", "word-id-sequence"),
    "ids backwards": (row("2") + row("1"), 5, "expected the ID 1, got 2", "word-id-sequence"),
    "first id": ("# c\n" + row("0") + row("1"), 6, "expected the ID 1, got 0", "invalid-word-id"),
    "no id": (row("x"), 5, "'x' is not an ID", "invalid-line"),
    "overlapping ranges": (
        row("1-2") + row("1") + row("2-3") + row("2") + row("3"),
        7,
        "range 2-3 overlaps the range 1-2",
        "overlapping-word-intervals",
    ),
    "range twice": (
        row("1-2") + row("1-2") + row("1") + row("2"),
        6,
        "overlaps",
        "overlapping-word-intervals",
    ),
    "range backwards": (row("2-1") + row("1") + row("2"), 5, "runs backwards", "reversed-word-interval"),
    "range too late": (
        row("1") + row("1-2") + row("2"),
        6,
        "is before word 2",
        "misplaced-word-interval",
    ),
    "range too long": (row("1") + row("2-3") + row("2"), 6, "ends after the last word", "word-interval-out"),
    "endless range": (row("1-" + "9" * 5000) + row("1"), 5, "is not an ID", None),
    "empty node out of order": (row("1") + row("1.2"), 6, "node 1.1, got 1.2", "misplaced-empty-node"),
    "empty node elsewhere": (
        row("1") + row("2.1") + row("2"),
        6,
        "node 1.1, got 2.1",
        "misplaced-empty-node",
    ),
    "empty form": (row("1", ""), 5, "FORM is empty", "empty-column"),
    "empty misc": (row("1", misc=""), 5, "MISC is empty", "empty-column"),
    "space in upos": (row("1", upos="X Y"), 5, "column UPOS: 'X Y'", "invalid-whitespace"),
    "no-break space in upos": (row("1", upos="X\u00a0Y"), 5, "column UPOS", "invalid-whitespace"),
    "space in id": (row("1 "), 5, "column ID: '1 '", "invalid-whitespace"),
    "space before a form": (row("1", " a"), 5, "FORM: ' a'", "leading-whitespace"),
    "space after a form": (row("1", "a "), 5, "FORM: 'a '", "trailing-whitespace"),
    "space after misc": (row("1", misc="A=b "), 5, "MISC: 'A=b '", "trailing-whitespace"),
    "comment inside": (row("1") + "# c\n" + row("2"), 6, "comment inside a sentence", "misplaced-comment"),
    "comment after": (row("1") + "# c\n", 6, "comment inside a sentence", "misplaced-comment"),
    "comments alone": ("# c\n# d\n", 5, "a sentence without words", "empty-sentence"),
    "empty nodes alone": (row("0.1"), 5, "a sentence without words", None),
    "white space for an empty line": (
        row("1") + " \n" + row("1"),
        6,
        "white space on an empty line",
        "pseudo-empty-line",
    ),
    "invalid UTF-8": (b"# c\n1\t\xe9t\xe9\n", 6, "not valid UTF-8 (byte 3 of the line is 0xe9)", None),
    "NUL": (row("1") + row("2", "a\0"), 6, "a NUL byte", None),
}


DAMAGEABLE = (
    GOOD + row("1-2", "du", misc="SpaceAfter=No") + row("1", "de") + row("2", "le") + row("2.1") + "\n" + GOOD
).encode()

# Formal faults: reported, but with skip no sentence is lost.
HARMLESS = {
    "byte order mark": (b"\xef\xbb\xbf" + GOOD.encode() * 2, 1, "byte order mark", 1),
    "CRLF": ((GOOD * 2).replace("\n", "\r\n").encode(), 1, "CRLF", 1),
    "CRLF from somewhere on": ((GOOD + GOOD.replace("\n", "\r\n")).encode(), 5, "CRLF", 1),
    "CR CR LF": ((GOOD * 2).replace("\n", "\r\r\n").encode(), 1, "CRLF", 1),
    "no last line end": ((GOOD * 2)[:-2].encode(), 7, "no line end after the last line", 1),
    "no last empty line": ((GOOD * 2)[:-1].encode(), 7, "no empty line after the last sentence", 1),
    "empty line first": (("\n" + GOOD * 2).encode(), 1, "an empty line", 1),
    "empty line between": ((GOOD + "\n" + GOOD).encode(), 5, "an empty line", 1),
    "empty lines between": ((GOOD + "\n\n" + GOOD).encode(), 5, "an empty line", 1),
    "empty line last": ((GOOD + GOOD + "\n").encode(), 9, "an empty line", 1),
}


def between(block):
    """A file with a block between two good ones."""
    return GOOD.encode() + (block if isinstance(block, bytes) else block.encode()) + b"\n" + GOOD.encode()


@pytest.fixture(params=BAD)
def bad(request, write_file):
    block, line, reason, _ = BAD[request.param]
    return write_file("bad.conllu", between(block)), line, reason


def test_a_fault_is_reported_with_file_line_and_reason(bad):
    path, line, reason = bad
    sentences = read(path, RecordErrors())
    assert next(sentences).words == ["a", "b"]
    with pytest.raises(SeqkitError) as caught:
        next(sentences)
    assert caught.value.problem.startswith(f"{path}:{line}: ")
    assert reason in caught.value.problem
    assert caught.value.fix


def test_skipping_leaves_out_one_sentence_and_counts_it(bad):
    path, line, _ = bad
    problems = RecordErrors(skip=True)
    first, last = read(path, problems)
    assert (problems.skipped, problems.repaired) == (1, 0)
    assert problems.first[0].startswith(f"{path}:{line}: ")
    lines = Path(path).read_bytes().split(b"\n")
    assert (first.where.line, last.where.line) == (1, len(lines) - 4)


@pytest.mark.parametrize("case", [case for case, (*_, name) in BAD.items() if name])
def test_the_validator_refuses_it_too(case, write_file):
    block, *_, name = BAD[case]
    path = write_file("bad.conllu", between(block))
    report = Validator(level=1, output=io.StringIO(), max_store=10).validate_files([path])
    assert name in [incident.testid for incident in report.error_tracker]


@pytest.mark.parametrize("case", HARMLESS)
def test_faults_of_form(case, write_file):
    data, line, reason, count = HARMLESS[case]
    path = write_file("bad.conllu", data)
    with pytest.raises(SeqkitError) as caught:
        list(read(path, RecordErrors()))
    assert caught.value.problem.startswith(f"{path}:{line}: ") and reason in caught.value.problem
    problems = RecordErrors(skip=True)
    assert [sentence.words for sentence in read(path, problems)] == [["a", "b"]] * 2
    assert (problems.skipped, problems.repaired) == (0, count)


def test_what_was_repaired_is_written_in_good_form(write_file):
    path = write_file("bad.conllu", b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()[:-4])
    assert written(conllu, read(path, RecordErrors(skip=True))) == GOOD.encode()


@pytest.mark.parametrize("blank", ["\n", "\n\n\n\n\n"])
def test_only_blank_lines(blank, write_file):
    path = write_file("blank.conllu", blank)
    with pytest.raises(SeqkitError, match=r"blank\.conllu:1: an empty line where a sentence should start"):
        list(read(path, RecordErrors()))
    assert list(read(path, RecordErrors(skip=True))) == []


def test_faults_are_found_wherever_chunks_end(write_file, monkeypatch):
    text = GOOD * 3 + row("1") + row("3") + "\n" + GOOD + "\r\n" + GOOD
    path = write_file("bad.conllu", text)
    for size in range(1, 120):
        monkeypatch.setattr(blocks, "CHUNK", size)
        problems = RecordErrors(skip=True)
        assert [s.where.line for s in read(path, problems)] == [1, 5, 9, 16, 21], size
        assert sorted(problems.first) == [
            f"{path}:14: expected the ID 2, got 3",
            f"{path}:20: an empty line where a sentence should start",
            f"{path}:20: the lines end in CRLF",
        ]


CELLS = st.sampled_from(
    ["1", "2", "3", "1-2", "2-3", "1.1", "a", "a b", "a ", "_", "", " ", "\t", "\u00a0", "#", "\r"]
)


@given(st.lists(st.lists(CELLS, min_size=9, max_size=11), min_size=1, max_size=4))
@example([["1"] + ["_"] * 8, ["_"] * 10 + ["2"]])
def test_the_quick_check_misses_no_fault(rows):
    """A block is refused by the quick look and what follows it exactly when the slow checks refuse it."""
    lines = ["\t".join(cells) for cells in rows]

    def refuses(check):
        try:
            check()
        except BadRecord:
            return True
        return False

    def check_slowly():
        check_rows(lines, 0)
        check_ids([line.split("\t")[0] for line in lines], 0)

    if not lines[0].startswith("#"):
        assert refuses(lambda: parse(lines)) == refuses(check_slowly)


@given(st.data())
def test_damage_anywhere_never_breaks_the_reader(data):
    """Bytes put in, taken out or changed: sentences, or a SeqkitError; with skip always sentences."""
    damaged = bytearray(DAMAGEABLE)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        length = data.draw(st.integers(0, 3))
        damaged[at : at + length] = data.draw(
            st.binary(max_size=2) | st.sampled_from([b"\t", b"\n", b" ", b"\r\n"])
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged.conllu")
        path.write_bytes(damaged)
        for sentence in read(path, RecordErrors(skip=True)):
            assert len(sentence.words) == len(sentence.spaces) == len(sentence.labels["feats"]) > 0
        try:
            list(read(path, RecordErrors()))
        except SeqkitError as error:
            assert error.problem.startswith(f"{path}:")
