"""Files that are not text."""

import gzip
import io
import sys

import pytest

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.formats import jsonl, plain, tsv
from seqkit.formats.conllu import treebank as conllu
from seqkit.formats.spacy import docbin
from seqkit.io.text_files import NotText, read_lines, suffix_of

READERS = [conllu.read, docbin.read, jsonl.read, plain.read, plain.read_tokens, tsv.read]
TEXT_READERS = [reader for reader in READERS if reader is not docbin.read]


@pytest.fixture(params=READERS, ids=lambda reader: f"{reader.__module__}.{reader.__name__}")
def read(request):
    return lambda path, skip=False: list(request.param(path, RecordErrors(skip)))


@pytest.fixture(params=TEXT_READERS, ids=lambda reader: f"{reader.__module__}.{reader.__name__}")
def read_text(request):
    return lambda path: list(request.param(path, RecordErrors()))


def refusal(read, path):
    with pytest.raises(SeqkitError) as caught:
        read(path)
    assert caught.value.fix
    return caught.value.problem


def test_lines_keep_their_number_and_end(write_file):
    path = write_file("a.txt", "one\n\u2028two\r\n\nlast")
    assert list(read_lines(path)) == [(1, "one\n"), (2, "\u2028two\r\n"), (3, "\n"), (4, "last")]


def test_a_line_that_is_not_text_does_not_affect_others(write_file):
    path = write_file("a.txt", b"good\nb\xc3\xa9d \xff\nNUL \0\ngood\n")
    first, second, third, fourth = (line for _, line in read_lines(path))
    assert (first, fourth) == ("good\n", "good\n")
    assert isinstance(second, NotText) and "byte 6 of the line is 0xff" in second.reason
    assert isinstance(third, NotText) and "NUL" in third.reason


def test_a_byte_order_mark_is_dropped_once(write_file):
    path = write_file("a.txt", "\ufeffone\n\ufefftwo\n")
    assert [line for _, line in read_lines(path)] == ["one\n", "\ufefftwo\n"]


def test_gzip_is_known_by_suffix_and_by_content(write_file):
    packed = gzip.compress("Zürich\n".encode())
    for name in ("a.txt.gz", "a.txt"):
        assert list(read_lines(write_file(name, packed))) == [(1, "Zürich\n")]


def test_stdin_packed_or_not(monkeypatch):
    for content in (b"one\ntwo", gzip.compress(b"one\ntwo")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert [line for _, line in read_lines("-")] == ["one\n", "two"]


def test_no_such_file(read, tmp_path):
    assert refusal(read, str(tmp_path / "novl.txt")) == f"{tmp_path}/novl.txt: no such file"


def test_a_folder(read, tmp_path):
    assert refusal(read, str(tmp_path)) == f"{tmp_path}: is a folder"


def test_a_file_that_cannot_be_opened(read, tmp_path):
    name = str(tmp_path / ("x" * 300))
    assert refusal(read, name).startswith(f"{name}: cannot be read (")


def test_a_name_that_ends_in_gz_without_gzip_in_it(read, write_file):
    for content in (b"plain text\n", b""):
        assert "is not a gzip file" in refusal(read, write_file("a.gz", content))


def test_a_gzip_file_cut_in_the_middle(read, write_file):
    packed = gzip.compress(b"".join(b"%d\t\n" % (number * 7919) for number in range(20_000)))
    assert "gzip file is truncated or damaged" in refusal(
        lambda path: read(path, skip=True), write_file("a.gz", packed[: len(packed) // 2])
    )


def test_a_gzip_file_cut_in_the_middle_is_reported_with_its_line(write_file):
    packed = gzip.compress(b"A line of text.\n" * 100_000)
    path = write_file("a.txt.gz", packed[:-200])
    seen = 0
    with pytest.raises(SeqkitError) as caught:
        for seen, _ in read_lines(path):  # noqa: B007
            pass
    assert caught.value.problem.startswith(f"{path}:{seen + 1}: the gzip file is truncated")
    assert seen > 1000


def test_a_binary_file(read_text, write_file):
    path = write_file("a.bin", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0" * 50)
    assert refusal(read_text, path).startswith(f"{path}:1: not valid UTF-8 (byte 1 of the line is 0x89)")


def test_a_file_in_utf_16(read_text, write_file):
    path = write_file("a.txt", "Zürich".encode("utf-16-le"))
    assert refusal(read_text, path).startswith(f"{path}:1: ")


def test_an_empty_file_has_nothing_in_it(read_text, write_file):
    assert read_text(write_file("empty", b"")) == []


@pytest.mark.parametrize(
    ("path", "suffix"),
    [
        ("x.conllu", ".conllu"),
        ("a/x.CONLLU.gz", ".conllu"),
        ("x.gz", ""),
        ("-", ""),
        ("a.b/x", ""),
        ("x.tar.txt", ".txt"),
    ],
)
def test_suffix(path, suffix):
    assert suffix_of(path) == suffix
