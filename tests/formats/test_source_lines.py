"""Sources to translate: every line counts."""

import gzip
import io
import sys

import pytest

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.formats.source_lines import read_sources


def texts(path, **options):
    return [line.text for line in read_sources(path, RecordErrors(), **options)]


def test_empty_lines_keep_their_place(write_file):
    content = "\none\r\n \n\u2028x\n\nlast"
    expected = ["", "one", " ", "\u2028x", "", "last"]
    assert texts(write_file("a.txt", content)) == expected
    assert texts(write_file("a.de.gz", gzip.compress(content.encode()))) == expected
    assert texts(write_file("none.txt", "")) == []


def test_standard_input(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"one\n\ntwo\n")))
    assert texts("-") == ["one", "", "two"]


def test_the_first_column_and_the_strings_of_objects(write_file):
    assert texts(write_file("a.tsv", "one\teins\n\ntwo\n")) == ["one", "", "two"]
    lines = '{"source": "one"}\n\n{"de": "zwei", "text": "two"}\n'
    assert texts(write_file("a.jsonl", lines), side="de") == ["one", "", "zwei"]
    lines = '{"translation": {"de": "eins", "en": "one"}}\n{"DE": "zwei"}\n{"de-AT": "drei"}\n'
    assert texts(write_file("b.jsonl", lines), side="de") == ["eins", "zwei", "drei"]


def test_a_first_line_that_names_the_columns(write_file):
    parallel = write_file("b.tsv", "en\tde-AT\none\teins\n\ntwo\tzwei\n")
    assert texts(parallel, side="de") == ["", "eins", "", "zwei"]
    assert texts(parallel, side="en") == ["", "one", "", "two"]
    assert texts(parallel, side="fr") == ["en", "one", "", "two"]
    generic = write_file("c.tsv", "target\tsource\neins\tone\n")
    assert texts(generic, side="en") == ["", "one"]
    assert texts(write_file("d.tsv", "text\none\n"), side="en") == ["text", "one"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", b"good\n\xff\nlast\n", ":2: not valid UTF-8"),
        ("a.txt", b"good\na\0b\nlast\n", ":2: a NUL byte"),
        ("a.tsv", b"good\na\0b\nlast\n", ":2: a NUL byte"),
        ("a.jsonl", b'{"text": "good"}\n{"x": 1}\n{"text": "last"}\n', ":2: no string under"),
        ("a.jsonl", b'{"text": "good"}\nnull\n{"text": "last"}\n', ":2: no string under"),
        ("a.jsonl", b'{"text": "good"}\n{\n{"text": "last"}\n', ":2: not JSON"),
    ],
)
def test_a_bad_line_is_refused_or_counts_as_empty(write_file, name, content, said):
    path = write_file(name, content)
    with pytest.raises(SeqkitError) as caught:
        texts(path)
    assert f"{path}{said}" in caught.value.problem
    problems = RecordErrors(skip=True)
    assert [line.text for line in read_sources(path, problems)] == ["good", "", "last"]
    assert problems.skipped == 1


def test_a_line_without_the_column_that_was_named(write_file):
    path = write_file("a.tsv", "en\tde\none\teins\ntwo\n")
    with pytest.raises(SeqkitError, match=r"a\.tsv:3: 1 column"):
        texts(path, side="de")
