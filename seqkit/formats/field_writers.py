"""Writers of records with named fields: JSON Lines, CSV, TSV, Parquet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO, Protocol

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.formats.cells import one_line


class RecordWriter(Protocol):
    """A writer of records."""

    def write_record(self, record: dict[str, Any]) -> None:
        """Write one record."""

    def close(self) -> None:
        """Write the end of the output. The file stays open."""


class JsonRecords:
    """Writes one JSON object per line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write_record(self, record: dict[str, Any]) -> None:
        """Write one object."""
        self._file.write((json.dumps(record, ensure_ascii=False, default=str) + "\n").encode())

    def close(self) -> None:
        """Do nothing: every line is complete."""


class CsvRecords:
    """Writes a header, then one row per record, quoted if necessary.

    Raises SeqkitError for a record with fields other than those of the first.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._names: list[str] | None = None

    def write_record(self, record: dict[str, Any]) -> None:
        """Write one row, preceded by the header if it is the first."""
        if self._names is None:
            self._names = list(record)
            self._file.write(self.row(self._names))
        if list(record) != self._names:
            other = next(iter(set(record) ^ set(self._names)), "")
            raise SeqkitError(f"field '{other}' is not in every record", "Write JSON Lines.")
        self._file.write(self.row(["" if value is None else _cell(value) for value in record.values()]))

    def row(self, cells: list[str]) -> bytes:
        """Encode cells as a line."""
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        return line.getvalue().encode()

    def close(self) -> None:
        """Do nothing: every line is complete."""


class TsvRecords(CsvRecords):
    """Like CsvRecords, with tabs and without quotes: a tab or line break in a cell becomes a space."""

    def row(self, cells: list[str]) -> bytes:
        """Encode cells as a line."""
        return ("\t".join(one_line(cell) for cell in cells) + "\n").encode()


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _parquet(file: BinaryIO) -> RecordWriter:
    from seqkit.formats.parquet import RecordWriter

    return RecordWriter(file)


WRITERS: Mapping[str, Callable[[BinaryIO], RecordWriter]] = {
    "jsonl": JsonRecords,
    "csv": CsvRecords,
    "tsv": TsvRecords,
    "parquet": _parquet,
}
"""Name of a format -> its writer."""


def record_writer(format: str, file: BinaryIO) -> RecordWriter:
    """Create a writer of records. Raises SeqkitError for a format without named fields."""
    if format not in WRITERS:
        raise SeqkitError(f"the format {format} has no named fields", did_you_mean(format, WRITERS))
    return WRITERS[format](file)
