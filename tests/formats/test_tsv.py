"""Tab-separated values."""

import csv
import io

import pytest
from hypothesis import given
from made_sentences import round_trip, sentences, written

from seqkit.errors import SeqkitError
from seqkit.examples import NO_LABEL, RecordErrors, Sentence
from seqkit.formats import tsv
from seqkit.labels.kinds import standard_kinds

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
    return [(s.words, s.labels) for s in tsv.read(write_file("x.tsv", text), RecordErrors())]


@given(sentences())
def test_words_and_labels_come_back(sentence):
    """White space inside a word may be another by then; every word is still one."""
    [again] = round_trip(tsv, [sentence])
    unknown = [NO_LABEL] * len(sentence.words)
    assert [word.split() for word in again.words] == [word.split() for word in sentence.words]
    assert again.labels == {kind: sentence.labels.get(kind, unknown) for kind in standard_kinds()}


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


@pytest.mark.parametrize(
    ("header", "kinds"),
    [
        ("word\tpos", ["upos"]),
        ("Word\tUPOS", ["upos"]),
        ("FORM\tupos\txpos", ["upos", "xpos"]),
        ("token\ttag", ["xpos"]),
        ("word\tner", ["ner"]),
        ("word\tchunk\tNER\tpos", ["chunk", "ner", "upos"]),
    ],
)
def test_the_first_line_may_name_any_kind_in_any_case_and_by_alias(write_file, header, kinds):
    labels = "\t".join("X" for _ in kinds)
    assert read_text(write_file, f"\n{header}\nTime\t{labels}\n") == [
        (["Time"], {kind: ["X"] for kind in kinds})
    ]


def test_a_wanted_column_is_known_by_its_own_name(write_file):
    path = write_file("x.tsv", "word\tSRL\nTime\tX\n")
    assert [s.labels for s in tsv.read(path, RecordErrors(), ("SRL",))] == [{"SRL": ["X"]}]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("word\tpos\tGloss", "the columns have the names word, pos, Gloss"),
        ("word\tner\tner", "two columns are of the kind ner"),
        ("word\tupos\tpos", "two columns are of the kind upos"),
    ],
)
def test_a_first_line_that_names_columns_badly_is_refused(write_file, header, said):
    path = write_file("x.tsv", f"\n{header}\nTime\tNOUN\tX\n")
    with pytest.raises(SeqkitError) as caught:
        list(tsv.read(path, RecordErrors(skip=True)))
    assert caught.value.problem.startswith(f"{path}:2: {said}")


def test_other_kinds_have_columns_of_their_own(write_file):
    made = [Sentence(["a", "b"], {"ner": ["B-X", "I-X"]}), Sentence(["c"], {}), Sentence([], {"ner": []})]
    text = written(tsv, made).decode()
    assert text == "word\tner\na\tB-X\nb\tI-X\n\nc\t_\n\n\n"
    assert read_text(write_file, text)[0] == (["a", "b"], {"ner": ["B-X", "I-X"]})
    with pytest.raises(SeqkitError, match=r"chunk labels, for which the table has no column: word, ner"):
        written(tsv, [*made, Sentence(["d"], {"chunk": ["O"]})])


def test_a_file_without_sentences_has_a_header():
    assert written(tsv, []) == b"word\tupos\txpos\tfeats\n"


def test_empty_lines_part_sentences(write_file):
    assert [words for words, _ in read_text(write_file, "a\tX\nb\tX\n\n \nc\tX\n")] == [["a", "b"], ["c"]]


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_reported_with_file_line_and_reason(case, write_file):
    line, reason = BAD[case]
    data = line if isinstance(line, bytes) else line.encode()
    path = write_file("bad.tsv", b"word\tupos\n\na\tX\n" + data + b"\n\nc\tX\n")
    with pytest.raises(SeqkitError) as caught:
        list(tsv.read(path, RecordErrors()))
    assert caught.value.problem.startswith(f"{path}:4: ") and reason in caught.value.problem
    problems = RecordErrors(skip=True)
    assert [sentence.words for sentence in tsv.read(path, problems)] == [["c"]]
    assert problems.skipped == 1


def test_too_many_columns_without_a_header(write_file):
    with pytest.raises(SeqkitError, match="5 columns instead of 4"):
        read_text(write_file, "a\tb\tc\td\te\n")


def test_a_file_that_begins_with_a_line_that_is_not_text(write_file):
    problems = RecordErrors(skip=True)
    path = write_file("x.tsv", b"\xff\n\na\tX\n")
    assert [sentence.labels for sentence in tsv.read(path, problems)] == [{"upos": ["X"]}]
    assert problems.skipped == 1
