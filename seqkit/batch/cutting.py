"""Divide a stream of bytes into parts that can be read separately. The division depends only on bytes and limits.

A part ends at the last position below the limit where the format may be divided (`FormatSpec.cuts`), else at the first
such position after the limit. Memory use is one part and one block.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from seqkit.errors import SeqkitError
from seqkit.io.text_files import BOM
from seqkit.tasks.application import Limits

LONGEST = 1 << 25
"""Maximum bytes of a part that cannot be divided earlier. A longer record is an error."""
AHEAD = 1 << 17
"""Bytes beyond the limit in the first search for an end."""


@dataclass(frozen=True)
class Place:
    """A position between two records of a file."""

    byte: int = 0
    """Offset in the decompressed file, in bytes."""
    line: int = 1
    """Number of the line, from 1."""
    record: int = 0
    """Number of records before the position."""
    offset: int = 0
    """Number of characters of running text before the position."""

    def as_list(self) -> list[int]:
        """Convert the position to a list for a row of the ledger."""
        return [self.byte, self.line, self.record, self.offset]


class Cut(NamedTuple):
    """A part of a file."""

    data: bytes
    start: Place
    end: Place


class End(NamedTuple):
    """The end of the next part, as its size in bytes, lines, records and characters."""

    bytes: int
    lines: int
    records: int
    characters: int = 0


class Cutter(ABC):
    """Finds the ends of parts of one kind of file."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    @abstractmethod
    def end(self, buffer: bytes, start: Place, last: bool) -> End | None:
        """Find the end of the part at the beginning of `buffer`; None if more bytes are needed.

        Args: buffer, bytes from the start of the part on; last, whether the file ends with these bytes.
        """

    def header(self, first: bytes) -> bytes:
        """Return the bytes to prepend to each later part. Args: first, the first bytes of the file."""
        return b""


def cut(blocks: Iterator[bytes], cutter: Cutter, start: Place, header: bytes | None = None) -> Iterator[Cut]:
    """Yield the parts of a file from `start` on. Raises SeqkitError for a record longer than LONGEST.

    Args: blocks, the bytes from `start` on; header, the file's header, if `start` is not the beginning of the file.
    """
    buffer, want = b"", cutter.limits.size + AHEAD
    while True:
        buffer = _filled(buffer, want, blocks)
        if header is None:
            header = cutter.header(buffer)
        if not buffer:
            return
        # The result must not depend on bytes beyond the window, whose number depends on the sizes of blocks.
        window, last = buffer[:want], len(buffer) < want
        end = cutter.end(window, start, last)
        if end is None and last:
            end = _rest(buffer)
        if end is None:
            if want > LONGEST:
                problem = f"line {start.line}: a record of more than {LONGEST >> 20} MB"
                raise SeqkitError(problem, "Split it, or delete it.")
            want *= 2
            continue
        after = replace(
            start,
            byte=start.byte + end.bytes,
            line=start.line + end.lines,
            record=start.record + end.records,
            offset=start.offset + end.characters,
        )
        yield _part(buffer[: end.bytes], start, after, header)
        buffer, start, want = buffer[end.bytes :], after, cutter.limits.size + AHEAD


def _filled(buffer: bytes, want: int, blocks: Iterator[bytes]) -> bytes:
    """Append blocks to `buffer` until it has `want` bytes, or until the stream ends."""
    waiting, length = [buffer], len(buffer)
    while length < want:
        block = next(blocks, None)
        if block is None:
            break
        waiting.append(block)
        length += len(block)
    return b"".join(waiting)


def _rest(buffer: bytes) -> End:
    """The end of the last part, which contains all remaining bytes."""
    lines = buffer.count(b"\n")
    return End(len(buffer), lines, lines, 0)


def _part(data: bytes, start: Place, end: Place, header: bytes) -> Cut:
    """Create a part. All parts except the first begin with the header, which is not counted in line numbers."""
    if not header or start.byte == 0:
        return Cut(data, start, end)
    return Cut(header + data, replace(start, line=start.line - header.count(b"\n")), end)


class Lines(Cutter):
    """Divides files in which each line is a record."""

    def end(self, buffer: bytes, start: Place, last: bool) -> End | None:
        """Find the end of the last line below the limits of bytes and records."""
        size, records = self.limits.size, self.limits.records - start.record % self.limits.records
        if last and len(buffer) <= size and buffer.count(b"\n") <= records:
            return self._ended(len(buffer), buffer)
        at = buffer.rfind(b"\n", 0, size) + 1 or buffer.find(b"\n", size) + 1
        if not at:
            return None
        if buffer.count(b"\n", 0, at) > records:
            at = _nth_line_end(buffer, records)
        return self._ended(at, buffer)

    def _ended(self, at: int, buffer: bytes) -> End:
        lines = buffer.count(b"\n", 0, at)
        return End(at, lines, lines)


def _nth_line_end(buffer: bytes, count: int) -> int:
    at = 0
    for _ in range(count):
        at = buffer.index(b"\n", at) + 1
    return at


class Table(Lines):
    """Divides files with a header in the first line, then one record per line."""

    def header(self, first: bytes) -> bytes:
        """Return the first line."""
        return first.removeprefix(BOM)[: first.removeprefix(BOM).find(b"\n") + 1]


class Blocks(Cutter):
    """Divides files with an empty line after each record."""

    def end(self, buffer: bytes, start: Place, last: bool) -> End | None:
        """Find the end of the last empty line below the limit."""
        size = self.limits.size
        if last and len(buffer) <= size:
            return self._ended(len(buffer), buffer)
        before = [buffer.rfind(mark, 0, size) + len(mark) for mark in EMPTY_LINE if mark in buffer[:size]]
        if before:
            return self._ended(max(before), buffer)
        after = [buffer.find(mark, max(size - 2, 0)) + len(mark) for mark in EMPTY_LINE if mark in buffer]
        return self._ended(min(after), buffer) if after else None

    def _ended(self, at: int, buffer: bytes) -> End:
        return End(at, buffer.count(b"\n", 0, at), 0)


EMPTY_LINE = (b"\n\n", b"\n\r\n")
"""The end of a line, and the empty line after it."""


class Words(Blocks):
    """Divides blocks with an optional header in the first line, which names the columns."""

    def header(self, first: bytes) -> bytes:
        """Return the first line if its first cell names the column of words."""
        from seqkit.formats.tsv import WORD_COLUMNS

        line = first.removeprefix(BOM)[: first.removeprefix(BOM).find(b"\n") + 1]
        name = line.split(b"\t")[0].strip().lower().decode("utf-8", "replace")
        return line if name in WORD_COLUMNS and b"\t" in line else b""
