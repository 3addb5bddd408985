"""Tab-separated values."""

import csv
import io

import pytest
from hypothesis import given
from made_sentences import round_trip, sentences, written

from seqkit.errors import SeqkitError
from seqkit.formats import tsv
from seqkit.formats.examples import LABELS, NO_LABEL, Problems, Sentence

BAD = {
    "a column less": ("b", "1 columns instead of 2"),
    "a column more": ("b\tX\tY", "3 columns instead of 2"),
    "an empty word": ("\tX", "an empty column"),
    "an empty label": ("b\t", "an empty column"),
    "white space for a word": ("\u00a0\tX", "an empty column"),
    "NUL": ("b\0\tX", "a NUL byte"),
    "invalid UTF-8": (b"\xe9\tX", "not valid UTF-8"),
}


def read_text(write_file, text):
    return [(s.words, s.labels) for s in tsv.read(write_file("x.tsv", text), Problems())]


@given(sentences())
def test_words_and_labels_come_back(sentence):
    """White space inside a word may be another by then; every word is still one."""
    [again] = round_trip(tsv, [sentence])
    unknown = [NO_LABEL] * len(sentence.words)
    assert [word.split() for word in again.words] == [word.split() for word in sentence.words]
    assert again.labels == {kind: sentence.labels.get(kind, unknown) for kind in LABELS}


@given(sentences())
def test_any_reader_of_tsv_sees_four_columns_and_as_many_lines(sentence):
    text = written(tsv, [sentence, sentence]).decode()
    rows = list(csv.reader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))
    assert [len(row) for row in rows] == [4] + ([4] * len(sentence.words) + [0]) * 2
    assert len(text.splitlines()) == len(rows)


def test_the_file(write_file):
    made = [
        Sentence(["a", "b\tc\u2028"], {"upos": ["X", "Y"], "feats": ["A=1", "_"]}),
        Sentence([]),
        Sentence(["d"]),
    ]
    assert (
        written(tsv, made).decode()
        == "word\tupos\txpos\tfeats\na\tX\t_\tA=1\nb c\tY\t_\t_\n\n\nd\t_\t_\t_\n\n"
    )


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("word\tfeats\tupos\na\tA=1\tX\n", {"upos": ["X"], "feats": ["A=1"]}),
        ("word\tupos\n\na\tX\n", {"upos": ["X"]}),
        ("a\tX\n", {"upos": ["X"]}),
        ("a\tX\tY\r\n", {"upos": ["X"], "xpos": ["Y"]}),
        ("\ufeffa\tX\tY\t_", {"upos": ["X"], "xpos": ["Y"], "feats": ["_"]}),
        ("\n\na\n\n\n", {}),
    ],
)
def test_columns(write_file, text, labels):
    assert read_text(write_file, text) == [(["a"], labels)]


def test_the_word_word_is_no_header(write_file):
    assert read_text(write_file, "word\tNOUN\n") == [(["word"], {"upos": ["NOUN"]})]
    assert read_text(write_file, "a\tX\n\nword\tupos\n")[1] == (["word"], {"upos": ["upos"]})


@pytest.mark.parametrize("header", ["word\tpos", "Word\tUPOS", "FORM\tupos\txpos", "token\ttag"])
def test_columns_called_otherwise_are_not_taken_for_a_word(write_file, header):
    path = write_file("x.tsv", f"\n{header}\nTime\tNOUN\n")
    with pytest.raises(SeqkitError) as caught:
        list(tsv.read(path, Problems(skip=True)))
    assert caught.value.problem.startswith(f"{path}:2: the columns are called")
    assert "word" in caught.value.fix


def test_empty_lines_part_sentences(write_file):
    assert [words for words, _ in read_text(write_file, "a\tX\nb\tX\n\n \nc\tX\n")] == [["a", "b"], ["c"]]


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_told_with_file_line_and_reason(case, write_file):
    line, reason = BAD[case]
    data = line if isinstance(line, bytes) else line.encode()
    path = write_file("bad.tsv", b"word\tupos\n\na\tX\n" + data + b"\n\nc\tX\n")
    with pytest.raises(SeqkitError) as caught:
        list(tsv.read(path, Problems()))
    assert caught.value.problem.startswith(f"{path}:4: ") and reason in caught.value.problem
    problems = Problems(skip=True)
    assert [sentence.words for sentence in tsv.read(path, problems)] == [["c"]]
    assert problems.skipped == 1


def test_too_many_columns_without_a_header(write_file):
    with pytest.raises(SeqkitError, match="5 columns instead of 4"):
        read_text(write_file, "a\tb\tc\td\te\n")


def test_a_file_that_begins_with_a_line_that_is_not_text(write_file):
    problems = Problems(skip=True)
    path = write_file("x.tsv", b"\xff\n\na\tX\n")
    assert [sentence.labels for sentence in tsv.read(path, problems)] == [{"upos": ["X"]}]
    assert problems.skipped == 1
