"""Cut a stream of bytes into parts that a reader can read alone. The cuts follow from the bytes and the limits alone.

A part ends at the last place below the limit where its kind of file may be cut (`FormatSpec.cuts`), else at the first
one after it. Memory holds one part and a block.
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
"""Bytes that a part may have where no cut is possible before: a longer record is refused."""
AHEAD = 1 << 17
"""Bytes beyond the limit that are looked at first."""


@dataclass(frozen=True)
class Place:
    """A place between two records of a file."""

    byte: int = 0
    """Of the unpacked file."""
    line: int = 1
    record: int = 0
    offset: int = 0
    """Characters of running text before it."""

    def as_list(self) -> list[int]:
        """For a row of the ledger."""
        return [self.byte, self.line, self.record, self.offset]


class Cut(NamedTuple):
    """A part of a file."""

    data: bytes
    start: Place
    end: Place


class End(NamedTuple):
    """Where the next part ends, and what it holds."""

    bytes: int
    lines: int
    records: int
    characters: int = 0


class Cutter(ABC):
    """Finds where parts of one kind of file end."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    @abstractmethod
    def end(self, held: bytes, start: Place, last: bool) -> End | None:
        """The end of the part that `held` begins with; None where more bytes are needed.

        Args: last, whether the file ends with these bytes.
        """

    def header(self, first: bytes) -> bytes:
        """What each later part begins with, from the bytes that the file begins with."""
        return b""


def cut(blocks: Iterator[bytes], cutter: Cutter, start: Place, header: bytes | None = None) -> Iterator[Cut]:
    """The parts of a file from `start` on, of which `blocks` gives the bytes.

    Args: header, that of the file, where `start` is not its beginning. Raises SeqkitError for a record that is longer
    than `LONGEST`.
    """
    held, want = b"", cutter.limits.size + AHEAD
    while True:
        held = _filled(held, want, blocks)
        if header is None:
            header = cutter.header(held)
        if not held:
            return
        # What lies beyond the window must not matter: how much of it is here depends on the blocks.
        window, last = held[:want], len(held) < want
        end = cutter.end(window, start, last)
        if end is None and last:
            end = _rest(held)
        if end is None:
            if want > LONGEST:
                problem = f"line {start.line}: a record of more than {LONGEST >> 20} MB"
                raise SeqkitError(problem, "Split it, or leave it out.")
            want *= 2
            continue
        after = replace(
            start,
            byte=start.byte + end.bytes,
            line=start.line + end.lines,
            record=start.record + end.records,
            offset=start.offset + end.characters,
        )
        yield _part(held[: end.bytes], start, after, header)
        held, start, want = held[end.bytes :], after, cutter.limits.size + AHEAD


def _filled(held: bytes, want: int, blocks: Iterator[bytes]) -> bytes:
    """At least `want` bytes, or all that are left."""
    waiting, length = [held], len(held)
    while length < want:
        block = next(blocks, None)
        if block is None:
            break
        waiting.append(block)
        length += len(block)
    return b"".join(waiting)


def _rest(held: bytes) -> End:
    """All that is left, which is not too much."""
    lines = held.count(b"\n")
    return End(len(held), lines, lines, 0)


def _part(data: bytes, start: Place, end: Place, header: bytes) -> Cut:
    """Each part but the first begins with the header; its lines are counted as before it."""
    if not header or start.byte == 0:
        return Cut(data, start, end)
    return Cut(header + data, replace(start, line=start.line - header.count(b"\n")), end)


class Lines(Cutter):
    """Each line is a record."""

    def end(self, held: bytes, start: Place, last: bool) -> End | None:
        """After the last line below the limits of bytes and records."""
        size, records = self.limits.size, self.limits.records - start.record % self.limits.records
        if last and len(held) <= size and held.count(b"\n") <= records:
            return self._ended(len(held), held)
        at = held.rfind(b"\n", 0, size) + 1 or held.find(b"\n", size) + 1
        if not at:
            return None
        if held.count(b"\n", 0, at) > records:
            at = _nth_line_end(held, records)
        return self._ended(at, held)

    def _ended(self, at: int, held: bytes) -> End:
        lines = held.count(b"\n", 0, at)
        return End(at, lines, lines)


def _nth_line_end(held: bytes, count: int) -> int:
    at = 0
    for _ in range(count):
        at = held.index(b"\n", at) + 1
    return at


class Table(Lines):
    """A header in the first line, then lines."""

    def header(self, first: bytes) -> bytes:
        """The first line."""
        return first.removeprefix(BOM)[: first.removeprefix(BOM).find(b"\n") + 1]


class Blocks(Cutter):
    """Records with an empty line after each."""

    def end(self, held: bytes, start: Place, last: bool) -> End | None:
        """After the last empty line below the limit."""
        size = self.limits.size
        if last and len(held) <= size:
            return self._ended(len(held), held)
        before = [held.rfind(mark, 0, size) + len(mark) for mark in EMPTY_LINE if mark in held[:size]]
        if before:
            return self._ended(max(before), held)
        after = [held.find(mark, max(size - 2, 0)) + len(mark) for mark in EMPTY_LINE if mark in held]
        return self._ended(min(after), held) if after else None

    def _ended(self, at: int, held: bytes) -> End:
        return End(at, held.count(b"\n", 0, at), 0)


EMPTY_LINE = (b"\n\n", b"\n\r\n")


class Words(Blocks):
    """Blocks, perhaps with a header in the first line that names the columns."""

    def header(self, first: bytes) -> bytes:
        """The first line, where its first column is that of words."""
        from seqkit.formats.tsv import WORD_COLUMNS

        line = first.removeprefix(BOM)[: first.removeprefix(BOM).find(b"\n") + 1]
        name = line.split(b"\t")[0].strip().lower().decode("utf-8", "replace")
        return line if name in WORD_COLUMNS and b"\t" in line else b""
