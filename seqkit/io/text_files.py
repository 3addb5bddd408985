"""Read text files by line; decoding errors are reported with file and line."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import BinaryIO, TypeVar

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.io.meter import metered
from seqkit.io.packing import PACKINGS, faults, suffix_of_packing, unpacked, without_packing
from seqkit.io.pipes import PausingReader, stdin_may_pause
from seqkit.io.remote import file_system, is_remote
from seqkit.io.segment import Segment, first_line
from seqkit.io.zip_files import on_disk, opened_member

BOM = b"\xef\xbb\xbf"
NOT_UTF8 = {
    b"PAR1": "It is a Parquet file: give it a name that ends in .parquet.",
    b"PK\x03\x04": "It is packed: unpack it with `unzip`.",
    b"\xff\xfe": "It is in UTF-16: convert it with `iconv -f utf-16 -t utf-8`.",
    b"\xfe\xff": "It is in UTF-16: convert it with `iconv -f utf-16 -t utf-8`.",
}
"""How a file begins that is no text in UTF-8 -> what to do."""

Record = TypeVar("Record")
FilePath = str | PathLike[str]
"""The path of a file, or "-" for stdin."""


@dataclass(frozen=True)
class NotText:
    """Stands in for a line that is not text, so that a reader can leave out the record it belongs to."""

    reason: str
    fix: str


class BadRecord(Exception):
    """What is wrong with a record, the fix, and the line of the record (from 0)."""

    def __init__(self, reason: str, fix: str, row: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
        self.row = row


def chomp(line: str) -> str:
    """A line without its line end."""
    return line.removesuffix("\n").removesuffix("\r")


def suffix_of(path: FilePath) -> str:
    """The suffix that determines the format, in lower case: `.conllu` for `x.conllu.gz` and `x.conllu.zst`."""
    return Path(without_packing(Path(path).name.lower())).suffix


def is_blank(line: str) -> bool:
    """Whether a line of a table has nothing in it, not even two empty cells."""
    return not line.strip(" \r\n")


@contextmanager
def opened(path: FilePath) -> Iterator[BinaryIO]:
    """The bytes of a file ("-" is stdin), decompressed, also from a zip file (`a.zip/b.txt`).

    Raises SeqkitError where there is no such file, it is a folder, or it may not be read.
    """
    if isinstance(path, Segment):
        yield path.open()
        return
    if str(path) == "-":
        stdin = PausingReader(sys.stdin.fileno()) if stdin_may_pause() else sys.stdin.buffer
        with metered(stdin):
            yield unpacked(stdin, path)
        return
    if is_remote(path):
        system, name = file_system(str(path))
        with system.open(name, "rb") as remote:
            yield unpacked(remote, path)
        return
    archive, member = on_disk(str(path))
    if member and archive.is_file():
        with opened_member(archive, member) as packed:
            yield unpacked(packed, path)
        return
    try:
        file = open(path, "rb")  # noqa: SIM115 (closed below; only opening may fail with these words)
    except FileNotFoundError as error:
        raise SeqkitError(f"{path}: no such file", "Check the path.", exit_code=2) from error
    except IsADirectoryError as error:
        raise SeqkitError(f"{path}: is a folder", "Name the files in it.", exit_code=2) from error
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check its permissions.") from error
    with file, metered(file):
        yield unpacked(file, path)


@contextmanager
def told_with_place(path: FilePath, line: Callable[[], int]) -> Iterator[None]:
    """Turn a fault of a packed file (cut, damaged) into a SeqkitError at line `line()`."""
    try:
        yield
    except faults() as error:
        packing = PACKINGS.get(suffix_of_packing(path), PACKINGS[".gz"])
        problem = f"{SourceLocation(str(path), line())}: the {packing.name} file is cut or damaged ({error})"
        fix = f"Get the file again; `{packing.test}` checks it."
        raise SeqkitError(problem, fix) from error


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
    number = first_line(path) - 1
    with opened(path) as file, told_with_place(path, lambda: number + 1):
        for data in file:
            number += 1
            yield number, decode(data.removeprefix(BOM) if number == 1 else data)


def read_records(
    path: FilePath, problems: RecordErrors, parse: Callable[[str], Record]
) -> Iterator[tuple[SourceLocation, Record]]:
    """What `parse` makes of each line, with its place. Lines of white space alone are passed over.

    A line that is no text, or for which `parse` raises BadRecord, goes to `problems`.
    """
    for number, line in read_lines(path):
        where = SourceLocation(str(path), number)
        if isinstance(line, NotText):
            problems.bad(where, line.reason, line.fix)
            continue
        if line.isspace():
            continue
        try:
            record = parse(line)
        except BadRecord as bad:
            problems.bad(where, bad.reason, bad.fix)
            continue
        yield where, record
