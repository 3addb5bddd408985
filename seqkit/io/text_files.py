"""Read text files by line, and report decoding errors with file and line."""

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
from seqkit.io.limits import current_limits, how_to_raise, too_long
from seqkit.io.meter import metered
from seqkit.io.packing import PACKINGS, faults, suffix_of_packing, unpacked, without_packing
from seqkit.io.pipes import PausingReader, stdin_may_pause
from seqkit.io.remote import file_system, is_remote
from seqkit.io.segment import Segment, first_line
from seqkit.io.zip_files import on_disk, opened_member

BOM = b"\xef\xbb\xbf"
NOT_UTF8 = {
    b"PAR1": "It is a Parquet file: rename it so that it ends in .parquet.",
    b"PK\x03\x04": "It is a zip archive: unpack it with `unzip`.",
    b"\xff\xfe": "It is in UTF-16: convert it with `iconv -f utf-16 -t utf-8`.",
    b"\xfe\xff": "It is in UTF-16: convert it with `iconv -f utf-16 -t utf-8`.",
}
"""First bytes of files that are not UTF-8 -> fix."""

Record = TypeVar("Record")
FilePath = str | PathLike[str]
"""The path of a file, or "-" for stdin."""


@dataclass(frozen=True)
class NotText:
    """Replaces a line that is not text, so that a reader can skip its record."""

    reason: str
    fix: str


class BadRecord(Exception):
    """Raised for a malformed record. `row` is the line of the error in the record, from 0."""

    def __init__(self, reason: str, fix: str, row: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix
        self.row = row


def chomp(line: str) -> str:
    """Remove the line end of a line."""
    return line.removesuffix("\n").removesuffix("\r")


def suffix_of(path: FilePath) -> str:
    """Return the suffix that determines the format, in lower case: `.conllu` for `x.conllu.gz` and `x.conllu.zst`."""
    return Path(without_packing(Path(path).name.lower())).suffix


def is_blank(line: str) -> bool:
    """Whether a line of a table is empty: without text and without tabs."""
    return not line.strip(" \r\n")


@contextmanager
def opened(path: FilePath) -> Iterator[BinaryIO]:
    """Open a file ("-" is stdin) for reading bytes, decompressed; also a member of a zip file (`a.zip/b.txt`).

    Raises SeqkitError if the file does not exist, is a folder, or cannot be read.
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
        file = open(path, "rb")  # noqa: SIM115 (closed below; the handlers are for opening only)
    except FileNotFoundError as error:
        raise SeqkitError(f"{path}: no such file", "Check the path.", exit_code=2) from error
    except IsADirectoryError as error:
        raise SeqkitError(f"{path}: is a folder", "Name the files in it.", exit_code=2) from error
    except OSError as error:
        raise SeqkitError(f"{path}: cannot be read ({error.strerror})", "Check its permissions.") from error
    with file, metered(file):
        yield unpacked(file, path)


@contextmanager
def faults_located(path: FilePath, line: Callable[[], int]) -> Iterator[None]:
    """A context in which exceptions about a damaged compressed file become a SeqkitError at line `line()`."""
    try:
        yield
    except faults() as error:
        if isinstance(error, OSError) and error.errno is not None:
            problem = f"{SourceLocation(str(path), line())}: cannot be read ({error.strerror})"
            raise SeqkitError(problem, "Check the disk, and try again.") from error
        packing = PACKINGS.get(suffix_of_packing(path), PACKINGS[".gz"])
        problem = (
            f"{SourceLocation(str(path), line())}: the {packing.name} file is truncated or damaged ({error})"
        )
        fix = f"Get the file again; `{packing.test}` checks it."
        raise SeqkitError(problem, fix) from error


def decode(data: bytes, start: int = 0) -> str | NotText:
    """Decode UTF-8, or return why the bytes are not text. Args: start, number of bytes in the line before `data`."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"not valid UTF-8 (byte {start + error.start + 1} of the line is 0x{data[error.start]:02x})"
        return NotText(reason, _encoding_fix(data))
    if "\0" in text:
        return NotText("a NUL byte; the file is binary or UTF-16", "Use a text file in UTF-8.")
    return text


def _encoding_fix(data: bytes) -> str:
    """The fix for a file with these bytes, which are not UTF-8."""
    for start, fix in NOT_UTF8.items():
        if data.startswith(start):
            return fix
    return "Convert the file to UTF-8 from its encoding, such as latin1: `iconv -f ENCODING -t utf-8`."


def read_lines(path: FilePath) -> Iterator[tuple[int, str | NotText]]:
    """Yield each line with its number, from 1. Lines keep their line end (only `\\n`); no byte order mark.

    A line that is not UTF-8, contains a NUL or is longer than `ReadLimits.line` is replaced by a NotText. Raises
    SeqkitError as `opened` does, and if a compressed file is truncated or damaged.
    """
    number, most = first_line(path) - 1, current_limits().line
    with opened(path) as file, faults_located(path, lambda: number + 1):
        while data := file.readline(most + 1):
            number += 1
            if len(data) > most and not (len(data) == most + 1 and data.endswith(b"\n")):
                _skip_line(file, data)
                yield number, NotText(too_long("line", "a line"), how_to_raise("line"))
                continue
            yield number, decode(data.removeprefix(BOM) if number == 1 else data)


def _skip_line(file: BinaryIO, start: bytes) -> None:
    """Read to the end of the line that begins with `start`."""
    data = start
    while data and not data.endswith(b"\n"):
        data = file.readline(1 << 16)


def text_lines(path: FilePath, problems: RecordErrors) -> Iterator[tuple[SourceLocation, str]]:
    """Yield each line of text, with its location and without its line end. Lines that are not text go to `problems`."""
    for number, line in read_lines(path):
        where = SourceLocation(str(path), number)
        if isinstance(line, NotText):
            problems.bad(where, line.reason, line.fix)
        else:
            yield where, chomp(line)


def read_records(
    path: FilePath, problems: RecordErrors, parse: Callable[[str], Record]
) -> Iterator[tuple[SourceLocation, Record]]:
    """Yield the result of `parse` for each line, with its location. Blank lines are skipped.

    `parse` receives the line without its line end. A line that is not text, or for which `parse` raises BadRecord, goes
    to `problems`.
    """
    for where, line in text_lines(path, problems):
        if not line or line.isspace():
            continue
        try:
            record = parse(line)
        except BadRecord as bad:
            problems.bad(where, bad.reason, bad.fix)
            continue
        yield where, record
