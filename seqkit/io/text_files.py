"""Text files, line by line: every way in which a file can fail to be text is told with its place."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import BinaryIO, cast

from seqkit.errors import SeqkitError
from seqkit.examples import SourceLocation
from seqkit.io.zip_files import on_disk, opened_member

BOM = b"\xef\xbb\xbf"
NOT_UTF8 = {
    b"\xfd7zXZ": "It is packed: unpack it with `xz -d`.",
    b"BZh": "It is packed: unpack it with `bzip2 -d`.",
    b"\x28\xb5\x2f\xfd": "It is packed: unpack it with `zstd -d`.",
    b"PK\x03\x04": "It is packed: unpack it with `unzip`.",
    b"\xff\xfe": "It is in UTF-16: convert it with `iconv -f utf-16 -t utf-8`.",
    b"\xfe\xff": "It is in UTF-16: convert it with `iconv -f utf-16 -t utf-8`.",
}
"""How a file begins that is no text in UTF-8 -> what to do."""
GZIP_MAGIC = b"\x1f\x8b"

FilePath = str | PathLike[str]
"""The path of a file, or "-" for stdin."""


@dataclass(frozen=True)
class NotText:
    """Stands in for a line that is not text, so that a reader can leave out the record it belongs to."""

    reason: str
    fix: str


class BadRecord(Exception):
    """What is wrong with a record, how to mend it, and at which of its lines (from 0)."""

    def __init__(self, reason: str, fix: str, row: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
        self.row = row


def chomp(line: str) -> str:
    """A line without its line end."""
    return line.removesuffix("\n").removesuffix("\r")


def suffix_of(path: FilePath) -> str:
    """The suffix that tells the format, in lower case: `.conllu` for `x.conllu.gz`."""
    return Path(Path(path).name.lower().removesuffix(".gz")).suffix


def is_blank(line: str) -> bool:
    """Whether a line of a table has nothing in it, not even two empty cells."""
    return not line.strip(" \r\n")


@contextmanager
def opened(path: FilePath) -> Iterator[BinaryIO]:
    """The bytes of a file (of stdin for "-"), unpacked where they are gzip or lie in a zip file (`a.zip/b.txt`).

    Raises SeqkitError where there is no such file, it is a folder, or it may not be read.
    """
    if str(path) == "-":
        yield _unpacked(sys.stdin.buffer, path)
        return
    archive, member = on_disk(str(path))
    if member and archive.is_file():
        with opened_member(archive, member) as packed:
            yield _unpacked(packed, path)
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 (closed below; only opening may fail with these words)
    except FileNotFoundError as error:
        raise SeqkitError(f"{path}: no such file", "Check the path.", exit_code=2) from error
    except IsADirectoryError as error:
        raise SeqkitError(f"{path}: is a folder", "Name the files in it.", exit_code=2) from error
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check its permissions.") from error
    with file:
        yield _unpacked(file, path)


def _unpacked(file: BinaryIO, path: FilePath) -> BinaryIO:
    """`file` itself, or what the gzip file in it holds; known by its first bytes."""
    buffered = file if hasattr(file, "peek") else io.BufferedReader(cast(io.RawIOBase, file))
    if cast(io.BufferedReader, buffered).peek(2)[:2] == GZIP_MAGIC:
        return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=buffered)), 1 << 16)
    if str(path).lower().endswith(".gz"):
        raise SeqkitError(f"{path}: is not a gzip file, though its name says so", "Rename or pack it.")
    return buffered


@contextmanager
def told_with_place(path: FilePath, line: Callable[[], int]) -> Iterator[None]:
    """Turn a fault of the gzip file (cut, damaged) into a SeqkitError at line `line()`."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        problem = f"{SourceLocation(str(path), line())}: the gzip file is cut or damaged ({error})"
        raise SeqkitError(problem, "Get the file again; `gzip -t` tells whether it is whole.") from error


def decode(data: bytes, start: int = 0) -> str | NotText:
    """Bytes as text, or what keeps them from being text; `start` counts the bytes of the line before."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"not valid UTF-8 (byte {start + error.start + 1} of the line is 0x{data[error.start]:02x})"
        return NotText(reason, _way_to_utf8(data))
    if "\0" in text:
        return NotText("a NUL byte; the file is binary or UTF-16", "Give a text file in UTF-8.")
    return text


def _way_to_utf8(data: bytes) -> str:
    """What to do with a file that begins so, or holds such a line."""
    for start, way in NOT_UTF8.items():
        if data.startswith(start):
            return way
    return "Convert the file to UTF-8 from the encoding it has: `iconv -f ENCODING -t utf-8`, such as latin1."


def read_lines(path: FilePath) -> Iterator[tuple[int, str | NotText]]:
    """Each line with its number, from 1, and its line end (only `\\n` is one); no byte order mark.

    A line that is not UTF-8 or holds a NUL comes as NotText. Raises SeqkitError as `opened` does, and where a
    gzip file is cut or damaged.
    """
    number = 0
    with opened(path) as file, told_with_place(path, lambda: number + 1):
        for data in file:
            number += 1
            yield number, decode(data.removeprefix(BOM) if number == 1 else data)
