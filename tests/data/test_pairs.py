"""Parallel text by name: corpora, files, sides, and what is refused."""

import os

import pytest

from seqkit.data.pair_sides import absolute, names_pair_files, sides_of
from seqkit.data.pairs import read_pairs
from seqkit.errors import SeqkitError
from seqkit.examples import Pair, RecordErrors


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two files side by side, and the same as TSV, in the current folder."""
    (tmp_path / "t.en").write_text("one\ntwo\n")
    (tmp_path / "t.de").write_text("eins\nzwei\n")
    (tmp_path / "t.tsv").write_text("one\teins\ntwo\tzwei\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(data, source="en", target="de", split="", problems=None, **options):
    return [
        (pair.sources["text"], pair.target)
        for pair in read_pairs(data, split, source, target, problems or RecordErrors(), **options)
    ]


FORTH, BACK = [("one", "eins"), ("two", "zwei")], [("eins", "one"), ("zwei", "two")]


@pytest.mark.parametrize(
    ("data", "source", "target", "expected"),
    [
        ("t.en,t.de", "en", "de", FORTH),
        ("t.de,t.en", "en", "de", FORTH),
        ("t.en, t.de", "de", "en", BACK),
        ("t.de,t.en", "EN", "DE", FORTH),
        ("t.en,t.de", "", "", FORTH),
        ("t.en,t.de", "ja", "cs", FORTH),
        ("t.en,t.de", "xx", "xx", FORTH),
        ("t.tsv", "en", "de", FORTH),
        ("t.tsv", "", "", FORTH),
        ("t.tsv", "xx", "xx", FORTH),
    ],
)
def test_files_by_the_sides_they_are_named_for_else_in_order(folder, data, source, target, expected):
    assert read(data, source, target) == expected


def test_a_pair_knows_its_modality_and_its_place(folder):
    first = next(read_pairs("t.de,t.en", "", "en", "de", RecordErrors()))
    assert first == Pair({"text": "one"}, "eins", ("t.en", 1))


def test_a_corpus_gives_any_of_its_sides():
    forth = read("sample-german-english", "de", "en", "dev")
    assert len(forth) == 8 and forth[0] == ("Die Katze spielt im Garten.", "The cat plays in the garden.")
    assert read("sample-german-english", "en", "de", "dev") == [pair[::-1] for pair in forth]


def test_the_splits_of_the_sample_share_no_sentence():
    splits = [read("sample-german-english", "de", "en", split) for split in ("train", "dev", "test")]
    assert [len(split) for split in splits] == [48, 8, 8]
    for side in (0, 1):
        assert len({pair[side] for split in splits for pair in split}) == 64


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("one\teins\n \tzwei\n", ":2: an empty side"),
        ("one\teins\ntwo\t\n", ":2: an empty side"),
        ("one\teins\n" + "x" * 101 + "\tx\n", ":2: a side of 101 characters, more than 100"),
        ("one\teins\nx\t" + "x" * 101 + "\n", ":2: a side of 101 characters"),
    ],
)
def test_bad_sides_are_refused_or_skipped_and_counted(folder, content, reason):
    (folder / "bad.tsv").write_text(content)
    with pytest.raises(SeqkitError) as caught:
        read("bad.tsv", longest=100)
    assert f"bad.tsv{reason}" in caught.value.problem and "--skip-bad" in caught.value.fix
    problems = RecordErrors(skip=True)
    assert read("bad.tsv", problems=problems, longest=100) == [("one", "eins")]
    assert problems.skipped == 1 and "1 bad record" in problems.summary()


def test_any_length_where_no_limit_is_set(folder):
    (folder / "long.tsv").write_text("x" * 100_000 + "\ty\n")
    assert len(read("long.tsv", longest=0)[0][0]) == 100_000


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("t.en", "1 file(s) of lines"),
        ("t.en,t.de,t.tsv", "3 file(s) of lines"),
        ("t.de,t.de", "both names end in de"),
        ("t.en,gone.de", "gone.de: no such file"),
        ("gone.tsv", "gone.tsv: no such file"),
        ("no-such-corpus", "no corpus named"),
        ("sample-english", "is not parallel text"),
    ],
)
def test_what_cannot_be_read_is_named(folder, data, said):
    with pytest.raises(SeqkitError) as caught:
        read(data)
    assert said in caught.value.problem and caught.value.fix


def test_a_side_or_split_that_there_is_not():
    with pytest.raises(SeqkitError, match="has no side 'fr'"):
        read("sample-german-english", "de", "fr", "train")
    with pytest.raises(SeqkitError, match="has no split 'tset'"):
        read("sample-german-english", "de", "en", "tset")


def test_the_other_side_of_two_need_not_be_named():
    assert sides_of("sample-german-english", "de", "") == ("de", "en")
    assert sides_of("sample-german-english", "", "de") == ("en", "de")
    assert sides_of("t.en,t.de", "", "") == ("", "")
    for name in ("sample-german-english", "multi30k"):
        with pytest.raises(SeqkitError, match="the source side is not given"):
            sides_of(name, "", "de" if name == "multi30k" else "")


def test_what_is_a_file(folder):
    assert [names_pair_files(data) for data in ("t.en,t.de", "x.jsonl.gz", "t.de", "multi30k")] == [
        True,
        True,
        True,
        False,
    ]
    assert absolute("t.en, t.de") == f"{folder}{os.sep}t.en,{folder}{os.sep}t.de"
    assert absolute("multi30k") == "multi30k"


def test_multi30k_has_the_published_numbers_of_lines(real_corpora):
    """29,000, 1,014 and 1,000 lines (Elliott et al. 2016); dev and test are names for val and test_2016_flickr."""
    lengths = [len(read("multi30k", "en", "de", split)) for split in ("train", "dev", "test")]
    assert lengths == [29_000, 1_014, 1_000]
    assert read("multi30k", "en", "fr", "dev") == read("multi30k", "en", "fr", "val")


@pytest.mark.parametrize(("source", "target"), [("de-AT", "en-GB"), ("DE", "EN"), ("de_DE", "en")])
@pytest.mark.parametrize("data", ["t.en,t.de", "named.tsv", "t.jsonl"])
def test_sides_are_found_in_any_case_and_region(folder, data, source, target):
    (folder / "named.tsv").write_text("en-US\tde\none\teins\ntwo\tzwei\n")
    (folder / "t.jsonl").write_text('{"EN": "one", "de-CH": "eins"}\n{"EN": "two", "de-CH": "zwei"}\n')
    assert read(data, source, target) == BACK


def test_a_file_without_a_suffix_is_no_side(folder):
    (folder / "plain").write_text("uno\ndue\n")
    assert read("plain,t.de", "it", "xx") == [("uno", "eins"), ("due", "zwei")]


def test_sides_that_a_run_does_not_record_are_none_when_it_is_resumed(folder):
    assert sides_of("t.tsv", "xx", "xx") == ("xx", "xx")
    assert read("t.tsv", "xx", "xx") == FORTH


@pytest.mark.parametrize(("source", "target"), [("de", ""), ("", "de"), ("de", "de")])
def test_one_side_of_files_is_too_few(folder, source, target):
    with pytest.raises(SeqkitError, match=r"alone does not identify the sides|are both de"):
        sides_of("t.en,t.de", source, target)


def test_a_comma_in_the_name_of_a_file_joins_nothing(folder):
    (folder / "a,b").mkdir()
    (folder / "t.tsv").rename(folder / "a,b" / "t.tsv")
    assert absolute("a,b/t.tsv") == str(folder / "a,b" / "t.tsv")
    assert read("a,b/t.tsv") == FORTH
    assert absolute("t.de,t.en,") == f"{folder / 't.de'},{folder / 't.en'}"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("text\ttarget", FORTH),
        ("target\ttext", BACK),
        ("id\ttarget\ttext", None),
        ("text\tclass", FORTH),
        ("class\tsource", BACK),
    ],
)
@pytest.mark.parametrize("sides", [("", ""), ("en", "de")])
def test_a_header_may_name_encoder_and_decoder(tmp_path, header, expected, sides):
    """Such a line was data before, so that a table of 300 pairs gave 301."""
    rows = ["7\teins\tone", "8\tzwei\ttwo"] if expected is None else ["one\teins", "two\tzwei"]
    (tmp_path / "a.tsv").write_text("\n".join([header, *rows]) + "\n")
    given = read(str(tmp_path / "a.tsv"), *sides, decoder="class")
    assert given == (expected or FORTH)


@pytest.mark.parametrize(
    "header", ["text\tlabel", "id\ttext\tclass", "src\ttgt", "source\ttext", "audio\ttext", "path\tlabel"]
)
def test_a_header_without_both_sides_is_refused(tmp_path, header):
    (tmp_path / "a.tsv").write_text("\n" + header + "\n" + "\t".join("abc"[: header.count("\t") + 1]) + "\n")
    for problems in (RecordErrors(), RecordErrors(skip=True)):
        with pytest.raises(SeqkitError, match=r"a\.tsv:2: names columns \(") as caught:
            read(str(tmp_path / "a.tsv"), "", "", problems=problems)
        assert "Name them source/text and target" in caught.value.fix


@pytest.mark.parametrize(
    "line", ["text\tText", "text\ttext", "class\tKlasse", "a source\ttarget", "Label\tlabel"]
)
def test_a_first_line_of_data_stays_data(tmp_path, line):
    (tmp_path / "a.tsv").write_text(f"{line}\none\teins\n")
    assert read(str(tmp_path / "a.tsv"), "", "") == [tuple(line.split("\t")), ("one", "eins")]


def test_keys_of_objects_may_name_encoder_and_decoder(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "one", "class": "eins"}\n{"text": "two", "class": "zwei"}\n')
    assert read(str(tmp_path / "a.jsonl"), "", "", decoder="class") == FORTH
