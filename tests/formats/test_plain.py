"""Running text in segments, and pretokenized sentences."""

import gzip
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.formats import plain


def read(path, skip=False):
    return list(plain.read(path, RecordErrors(skip)))


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(plain, "MAX_SEGMENT", 10)
    monkeypatch.setattr(plain, "PIECE", 7)


CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff")
TEXTS = st.text(CHARACTERS | st.sampled_from(" \n\r\té日𝄞"), max_size=80)


@given(TEXTS, st.integers(1, 12), st.integers(4, 12))
def test_the_stretches_are_the_text(text, stretch, piece):
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
        patch.setattr(plain, "MAX_SEGMENT", stretch)
        patch.setattr(plain, "PIECE", piece)
        path = Path(folder, "a.txt")
        path.write_bytes(text.encode())
        stretches = read(path)
    assert "".join(raw.text for raw in stretches) == text
    before = ""
    for raw in stretches:
        assert 0 < len(raw.text) <= stretch
        assert (raw.offset, raw.where) == (len(before), SourceLocation(str(path), 1 + before.count("\n")))
        assert raw.document == (None if before else "a.txt")
        before += raw.text


@pytest.mark.parametrize(
    ("text", "stretches"),
    [
        ("ab\n\ncd\nef g", ["ab\n\n", "cd\nef g"]),
        ("ab\r\n\r\ncd\r\nef", ["ab\r\n\r\n", "cd\r\nef"]),
        ("ab cd\nef gh", ["ab cd\n", "ef gh"]),
        ("ab cd ef gh", ["ab cd ef ", "gh"]),
        ("ab cd efg hij", ["ab cd efg ", "hij"]),
        ("ab\u3000cdefghijk", ["ab\u3000", "cdefghijk"]),
        ("abcdefghijklm", ["abcdefghij", "klm"]),
        ("\n\nabcdefghijk", ["\n\n", "abcdefghij", "k"]),
        ("           ", [" " * 10, " "]),
        ("abcdefghij", ["abcdefghij"]),
    ],
)
def test_where_the_text_is_cut(small, write_file, text, stretches):
    assert [raw.text for raw in read(write_file("a.txt", text))] == stretches


def test_a_text_of_ordinary_size_is_whole(write_file):
    text = "A paragraph.\n\nAnother one.\n" * 1000
    assert [raw.text for raw in read(write_file("a.txt.gz", gzip.compress(text.encode())))] == [text]


def test_a_byte_order_mark_is_no_text(small, write_file):
    """At the start only: later it is a zero-width space, also where a part of a long line begins with it."""
    [raw] = read(write_file("a.txt", "\ufeffTime\ufefff"))
    assert (raw.text, raw.offset) == ("Time\ufefff", 0)


def test_only_blank_lines(write_file):
    assert [raw.text for raw in read(write_file("a.txt", "\n \n"))] == ["\n \n"]


@pytest.mark.parametrize("bad", [b"caf\xe9 noir", b"a\0b", b"\xff" * 30, b"cut \xe2\x82"], ids=repr)
@pytest.mark.parametrize("end", [b"\nlast\n", b""], ids=["inside", "at the end"])
def test_a_line_that_is_not_text(small, write_file, bad, end):
    path = write_file("a.txt", b"one\ntwo\n" + bad + end)
    with pytest.raises(SeqkitError) as caught:
        read(path)
    assert caught.value.problem.startswith(f"{path}:3: ") and caught.value.fix
    problems = RecordErrors(skip=True)
    text = "".join(raw.text for raw in plain.read(path, problems))
    assert problems.skipped == 1
    # A long line is handed on in parts, and what was handed on before the fault cannot be taken back.
    assert text.replace("cut", "").replace("caf", "").replace(" ", "") == "one\ntwo\n" + end.decode()


def test_the_byte_is_counted_from_the_line(small, write_file):
    with pytest.raises(SeqkitError, match=r"a\.txt:2: not valid UTF-8 \(byte 41 of the line is 0xff\)"):
        read(write_file("a.txt", b"a\n" + "é".encode() * 20 + b"\xff\n"))


def test_memory_stays_flat_on_one_endless_line(tmp_path):
    path = tmp_path / "endless.txt"
    with path.open("wb") as file:
        for _ in range(40):
            file.write("Zeit fließt ".encode() * 40_000)
    tracemalloc.start()
    total = sum(len(raw.text) for raw in plain.read(path, RecordErrors()))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert total == 12 * 40_000 * 40
    assert peak < 2_000_000


def test_a_line_of_a_million_characters_without_white_space(write_file):
    stretches = read(write_file("a.txt", "é" * 1_000_000))
    assert [len(raw.text) for raw in stretches] == [100_000] * 10


def test_words_that_are_split_already(write_file):
    path = write_file("a.txt", "\ufeffTime  flies\t.\r\n\n20\u00a0000 \u00a0 €\n \nlast")
    sentences = list(plain.read_tokens(path, RecordErrors()))
    assert [s.words for s in sentences] == [["Time", "flies", "."], [], ["20\u00a0000", "€"], [], ["last"]]
    assert [s.where.line for s in sentences] == [1, 2, 3, 4, 5]
    assert sentences[0].spaces is None and sentences[0].text == "Time flies ."


def test_a_line_of_tokens_that_is_not_text(write_file):
    path = write_file("a.txt", b"a b\n\xff\nc\n")
    with pytest.raises(SeqkitError, match=r"a\.txt:2: not valid UTF-8"):
        list(plain.read_tokens(path, RecordErrors()))
    problems = RecordErrors(skip=True)
    assert [s.words for s in plain.read_tokens(path, problems)] == [["a", "b"], ["c"]]
    assert problems.skipped == 1
