"""Divide CSV files between records, which may have line ends inside quotes."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from seqkit.batch.cutting import Cutter, End, Place
from seqkit.formats.fields import CELL
from seqkit.io.text_files import BOM


class CsvRecords(Cutter):
    """Divides files with a header, then records."""

    def header(self, first: bytes) -> bytes:
        """Return the first record."""
        body = first.removeprefix(BOM)
        end = next(_record_ends(body), len(body))
        return body[:end]

    def end(self, buffer: bytes, start: Place, last: bool) -> End | None:
        """Find the end of the last record below the limits."""
        if last and len(buffer) <= self.limits.size:
            return self._ended(len(buffer), buffer)
        end, records = None, 0
        for at in _record_ends(buffer):
            if end is not None and at > self.limits.size:
                break
            end, records = at, records + 1
            if at > self.limits.size or records == self.limits.records:
                break
        return None if end is None else self._ended(end, buffer)

    def _ended(self, at: int, buffer: bytes) -> End:
        lines = buffer.count(b"\n", 0, at)
        return End(at, lines, lines)


def _record_ends(data: bytes) -> Iterator[int]:
    """Yield the end of each record whose last line is complete."""
    csv.field_size_limit(CELL)
    lines = _CountedLines(data)
    reader = csv.reader(lines)
    while True:
        try:
            next(reader)
        except StopIteration:
            return
        except csv.Error:
            pass
        yield lines.at


class _CountedLines:
    """Yields the complete lines of `data`, one character per byte, and counts the bytes that were read."""

    def __init__(self, data: bytes) -> None:
        self._data, self.at = data, 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        end = self._data.find(b"\n", self.at) + 1
        if not end:
            # A record that continues after the last complete line has no end in these bytes.
            self.at = len(self._data) + 1
            raise StopIteration
        line = self._data[self.at : end]
        self.at = end
        return line.decode("latin-1")
