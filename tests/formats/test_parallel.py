"""Parallel text in every form, and malformed parallel text."""

import gzip
import json

import pytest

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.formats.parallel import read_files, read_jsonl, read_tsv

SIDES = ("en", "de")


def texts(rows):
    return [row[1] for row in rows]


def test_blank_lines_before_a_table_are_no_rows_of_it(tmp_path):
    (tmp_path / "a.tsv").write_bytes(b"\r\n\nsource\ttarget\none\teins\n")
    assert list(read_tsv(tmp_path / "a.tsv", ("en", "de"), RecordErrors())) == [
        (SourceLocation(str(tmp_path / "a.tsv"), 4), ("one", "eins"))
    ]


def test_line_i_of_one_file_goes_with_line_i_of_the_other(write_file):
    en = write_file("a.en", "\ufeffone\r\n\nthree \u2028 and\n")
    de = write_file("a.de.gz", gzip.compress(b"eins\nzwei\ndrei"))
    rows = list(read_files([en, de], RecordErrors()))
    assert texts(rows) == [("one", "eins"), ("", "zwei"), ("three \u2028 and", "drei")]
    assert [str(where) for where, _ in rows] == [f"{en}:1", f"{en}:2", f"{en}:3"]


@pytest.mark.parametrize("longer", [0, 1])
def test_lines_without_a_partner_are_reported_and_counted(write_file, longer):
    names = [write_file("a.en", "1\n2\n"), write_file("a.de", "1\n2\n")]
    names[longer] = write_file("long.txt", "1\n2\n3\n4\n")
    told = []
    problems = RecordErrors(skip=True)
    problems.bad = lambda where, reason, fix: told.append(reason)
    list(read_files(names, problems))
    assert len(told) == 2 and all("ends after 2 lines" in reason for reason in told)
    with pytest.raises(
        SeqkitError, match=r"long\.txt:3: no matching line in .*a\.(de|en), which ends after 2 lines"
    ):
        list(read_files(names, RecordErrors()))
    problems = RecordErrors(skip=True)
    assert len(list(read_files(names, problems))) == 2
    assert problems.skipped == 2


@pytest.mark.parametrize(
    ("reader", "name", "content", "place"),
    [
        (read_tsv, "a.tsv", b"one\teins\ntw\xff\tzwei\n", ":2: not valid UTF-8"),
        (read_tsv, "a.tsv", b"one\teins\ntwo\n", ":2: 1 column(s) instead of 2"),
        (read_tsv, "a.tsv", b"one\n", ":1: 1 column(s) instead of 2"),
        (read_tsv, "a.tsv", b"one\teins\ntwo\tzwei\tdrei\n", ":2: 3 column(s) instead of 2"),
        (read_tsv, "a.tsv", b"en\tde\tnote\none\teins\n", ":2: 2 column(s) instead of 3"),
        (read_jsonl, "a.jsonl", b'{"en": "a", "de": "b"}\n{"en": "a"}\n', ":2: 'de' is missing"),
        (read_jsonl, "a.jsonl", b'{"en": "a", "de": 3}\n', ":1: 'de' is not a string"),
        (read_jsonl, "a.jsonl", b"[1]\n", ":1: not a JSON object"),
        (read_jsonl, "a.jsonl", b"\n{", ":2: not JSON"),
        (
            read_jsonl,
            "a.jsonl",
            b'{"en": "a", "de": "\\ud800"}\n',
            ":1: 'de' has a NUL or an unpaired surrogate",
        ),
    ],
)
def test_bad_rows_are_refused_with_their_place_or_skipped(write_file, reader, name, content, place):
    path = write_file(name, content)
    with pytest.raises(SeqkitError) as caught:
        list(reader(path, SIDES, RecordErrors()))
    assert f"{path}{place}" in caught.value.problem and caught.value.fix
    problems = RecordErrors(skip=True)
    list(reader(path, SIDES, problems))
    assert problems.skipped == 1


def test_a_line_that_is_not_text_costs_one_pair(write_file):
    names = [write_file("a.en", b"one\nt\xffo\nthree\n"), write_file("a.de", b"eins\nzwei\ndr\0i\n")]
    problems = RecordErrors(skip=True)
    assert texts(read_files(names, problems)) == [("one", "eins")]
    assert problems.skipped == 2 and "a.en:2" in problems.first[0] and "a.de:3" in problems.first[1]


@pytest.mark.parametrize(
    ("content", "columns", "expected"),
    [
        ("one\teins\n", (), [("one", "eins")]),
        ("one\teins\tCC-BY\n", (), [("one", "eins")]),
        ("de\ten\neins\tone\n", (), [("one", "eins")]),
        ("id\tde\ten\n7\teins\tone\n", (), [("one", "eins")]),
        ("target\tsource\neins\tone\n", (), [("one", "eins")]),
        ("eins\tun\tone\n", ("de", "fr", "en"), [("one", "eins")]),
        ('"one\teins"\r\n', (), [('"one', 'eins"')]),
    ],
)
def test_columns_by_name_or_by_place(write_file, content, columns, expected):
    assert texts(read_tsv(write_file("a.tsv", content), SIDES, RecordErrors(), columns)) == expected


@pytest.mark.parametrize(
    "record",
    [
        {"en": "one", "de": "eins"},
        {"source": "one", "target": "eins"},
        {"translation": {"en": "one", "de": "eins"}, "id": 3},
    ],
)
def test_objects_by_side_or_as_source_and_target(write_file, record):
    path = write_file("a.jsonl", "\n" + json.dumps(record) + "\n")
    [(where, row)] = read_jsonl(path, SIDES, RecordErrors())
    assert row == ("one", "eins") and where.line == 2
