"""Read records with named fields: JSON Lines, CSV, TSV with a header, Parquet. One field is the text."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from seqkit.errors import SeqkitError, did_you_mean, shortened
from seqkit.examples import RawText, RecordErrors, SourceLocation
from seqkit.formats.records import UNFIT
from seqkit.io.json_lines import json_object
from seqkit.io.limits import current_limits, how_to_raise, too_long, within_records
from seqkit.io.text_files import (
    BadRecord,
    FilePath,
    NotText,
    chomp,
    is_blank,
    read_lines,
    read_records,
    suffix_of,
)

SUFFIXES = {".jsonl": "lines", ".csv": "csv", ".tsv": "table", ".parquet": "rows"}
"""Suffix of files with records -> their division into parts (see `FormatSpec.cuts`)."""
CELL = 2**24
"""Maximum characters of a CSV cell."""

Fields = dict[str, Any]


class TextRecord(NamedTuple):
    """A record: its text, and the fields to copy to the output."""

    text: str
    name: str
    """The name of the document."""
    fields: Fields
    where: SourceLocation


@dataclass(frozen=True)
class FieldChoice:
    """The selected fields of a record."""

    text: str
    """The field with the text."""
    id: str = ""
    """The field with the name of the document; if "", the name consists of file and line."""
    keep: tuple[str, ...] | None = None
    """Fields to copy to the output; None: all."""
    drop: tuple[str, ...] = ()
    """Fields not to copy."""

    def record(self, fields: Fields, where: SourceLocation) -> TextRecord:
        """Select the fields of a record. Raises BadRecord if a field is missing or the text is not a string."""
        missing = [name for name in (self.text, self.id, *(self.keep or ())) if name and name not in fields]
        if missing:
            fix = did_you_mean(missing[0], map(str, fields))
            raise BadRecord(f"no field '{missing[0]}'", fix)
        text = fields[self.text]
        if not isinstance(text, str):
            raise BadRecord(f"'{self.text}' is not a string", f"It is {type(text).__name__}.")
        if UNFIT.search(text):
            raise BadRecord(f"'{self.text}' has a NUL or an unpaired surrogate", "Delete it.")
        chosen = fields if self.keep is None else {name: fields[name] for name in self.keep}
        kept = {name: value for name, value in chosen.items() if name not in self.drop}
        name = str(fields[self.id]) if self.id else f"{Path(where.path).name}:{where.line}"
        return TextRecord(text, name, kept, where)


def choice_of(text: str, id: str, keep: tuple[str, ...] | None, drop: tuple[str, ...]) -> FieldChoice:
    """Select fields for outputs with several records per input: none are copied by default.

    Args: text, id, keep, drop, as in `FieldChoice`.
    """
    return FieldChoice(text, id, () if keep is None and not drop else keep, drop)


def read_texts(
    path: FilePath, choice: FieldChoice, problems: RecordErrors, format: str = ""
) -> Iterator[RawText]:
    """Yield the text of each record as a separate document. Args, errors: as for `read_fields`."""
    for record in read_fields(path, choice, problems, format):
        yield RawText(record.text, record.where, 0, record.name, record.fields)


def holds_records(path: FilePath, format: str = "") -> bool:
    """Whether `read_fields` can read a file."""
    return (f".{format}" if format else suffix_of(path)) in SUFFIXES


def read_fields(
    path: FilePath, choice: FieldChoice, problems: RecordErrors, format: str = ""
) -> Iterator[TextRecord]:
    """Yield the records of a file. Malformed records go to `problems`.

    Args: format, name of the format; "": by the suffix. Raises SeqkitError for a format without fields, for a header
    with two equal names, and for a damaged Parquet file.
    """
    suffix = f".{format}" if format else suffix_of(path)
    if suffix not in READERS:
        problem = f"{path}: --text-field needs records with fields"
        raise SeqkitError(problem, f"Use a file of type {', '.join(READERS)}.", exit_code=2)
    for where, fields in within_records(path, READERS[suffix](path, problems)):
        if fields is None:
            continue
        try:
            yield choice.record(fields, where)
        except BadRecord as bad:
            problems.bad(where, bad.reason, bad.fix)


Rows = Iterator[tuple[SourceLocation, Fields | None]]


def _json_rows(path: FilePath, problems: RecordErrors) -> Rows:
    yield from read_records(path, problems, json_object)


def _csv_rows(path: FilePath, problems: RecordErrors) -> Rows:
    lines = _TextLines(path, problems)
    csv.field_size_limit(CELL)
    reader = csv.reader(lines)
    header: list[str] | None = None
    while True:
        lines.first = lines.size = 0
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problems.bad(SourceLocation(str(path), lines.first or 1), f"not CSV ({error})", "Quote the cell.")
            continue
        where = SourceLocation(str(path), lines.first)
        if header is None:
            header = checked_header(row, where)
        elif row and not lines.bad:
            yield where, with_names(header, row, where, problems)
        lines.bad = False


class _TextLines:
    """Yields the lines of a file to the CSV reader; reports a line that is not text, and marks its record as bad."""

    def __init__(self, path: FilePath, problems: RecordErrors) -> None:
        self._lines, self._problems, self._path = read_lines(path), problems, path
        self.first = 0
        """Number of the first line of the current record."""
        self.size, self._most = 0, current_limits().record
        """Characters of the current record so far, and their maximum."""
        self.bad = False
        """Whether the current record contains a line that is not text."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        self.first = self.first or number
        if isinstance(line, NotText):
            self._problems.bad(SourceLocation(str(self._path), number), line.reason, line.fix)
            self.bad = True
            return "\n"
        self.size += len(line)
        if self.size > self._most:
            # An unclosed quote makes the rest of the file one record.
            where = SourceLocation(str(self._path), self.first)
            raise SeqkitError(f"{where}: {too_long('record', 'a record')}", how_to_raise("record"))
        return line


def _table_rows(path: FilePath, problems: RecordErrors) -> Rows:
    header: list[str] | None = None
    for number, line in read_lines(path):
        where = SourceLocation(str(path), number)
        if isinstance(line, NotText):
            problems.bad(where, line.reason, line.fix)
        elif header is None:
            header = checked_header(chomp(line).split("\t"), where)
        elif not is_blank(line):
            yield where, with_names(header, chomp(line).split("\t"), where, problems)


def checked_header(cells: list[str], where: SourceLocation) -> list[str]:
    """Strip the names of columns. Raises SeqkitError if two are equal."""
    names = [cell.strip() for cell in cells]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SeqkitError(f"{where}: two columns have the name '{shortened(twice)}'", "Rename one.")
    return names


def with_names(
    header: list[str], cells: list[str], where: SourceLocation, problems: RecordErrors
) -> Fields | None:
    """Map column names to cells. For a wrong number of cells, reports it to `problems` and returns None."""
    if len(cells) != len(header):
        problems.bad(
            where,
            f"{len(cells)} column(s) instead of {len(header)}",
            f"Expected: {shortened(', '.join(header))}.",
        )
        return None
    return dict(zip(header, cells, strict=True))


def _parquet_rows(path: FilePath, problems: RecordErrors) -> Rows:
    from seqkit.formats.parquet import read_rows

    yield from read_rows(path)


READERS: Mapping[str, Callable[[FilePath, RecordErrors], Rows]] = {
    ".jsonl": _json_rows,
    ".csv": _csv_rows,
    ".tsv": _table_rows,
    ".parquet": _parquet_rows,
}


def named(fields: Iterable[str]) -> tuple[str, ...]:
    """Split the values of options such as `--keep a,b` into names."""
    return tuple(name.strip() for several in fields for name in several.split(",") if name.strip())
