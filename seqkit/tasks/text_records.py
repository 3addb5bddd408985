"""Read and write texts, for tasks whose items are lines or a field of records. Outputs become further fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.formats.field_writers import WRITERS, record_writer
from seqkit.formats.fields import SUFFIXES, FieldChoice, holds_records, read_fields
from seqkit.io.text_files import FilePath, suffix_of, text_lines
from seqkit.tasks.application import Reading

TEXT = "text"
"""Default field of a record with the text."""


@dataclass(frozen=True, slots=True)
class TextItem:
    """A text that a task is applied to."""

    text: str
    number: int
    """Number of its line or row, from 0; samples depend only on this number."""
    where: SourceLocation
    fields: Mapping[str, Any] | None = None
    """Fields of its record; None for a line."""


def cuts_of_texts(path: FilePath, reading: Reading) -> str:
    """How a file of texts may be divided; see `FormatSpec.cuts`."""
    if _has_fields(path, reading):
        return SUFFIXES[f".{reading.format}" if reading.format else suffix_of(path)]
    return "lines"


def _has_fields(path: FilePath, reading: Reading) -> bool:
    """Whether the texts are a field: a TSV file without `--text-field` has lines."""
    return holds_records(path, reading.format) and (
        bool(reading.text_field) or (reading.format or suffix_of(path)) not in ("tsv", ".tsv")
    )


def read_texts(path: FilePath, reading: Reading, problems: RecordErrors) -> Iterator[TextItem]:
    """The texts of a file: the field of each record that `reading` names ("text"), or each line that is not empty."""
    if _has_fields(path, reading):
        choice = FieldChoice(reading.text_field or TEXT, reading.id_field, reading.keep, reading.drop)
        for record in read_fields(path, choice, problems, reading.format):
            yield TextItem(record.text, record.where.line - 1, record.where, record.fields)
        return
    if reading.text_field:
        raise SeqkitError(f"{path}: --text-field: its lines have no fields", "Leave it out.", exit_code=2)
    for where, text in text_lines(path, problems):
        if text:
            yield TextItem(text, where.line - 1, where)


def field_formats(path: FilePath, reading: Reading) -> tuple[str, ...]:
    """The formats of records, that of the input first."""
    own = (reading.format or suffix_of(path)).removeprefix(".") if _has_fields(path, reading) else ""
    return tuple(dict.fromkeys(name for name in (own, *WRITERS) if name in WRITERS))


class FieldWriter:
    """Writes each record with the fields of the output added; a line becomes the field `text`."""

    def __init__(self, format: str, file: BinaryIO) -> None:
        self._writer = record_writer(format, file)

    def write(self, number: int, item: TextItem, output: Mapping[str, Any]) -> int:
        """Write one record. Raises SeqkitError for a field that the record has already."""
        fields = {TEXT: item.text} if item.fields is None else dict(item.fields)
        if taken := fields.keys() & output.keys():
            problem = f"{item.where}: has a field '{min(taken)}', which the output would replace"
            raise SeqkitError(problem, f"Leave it out: --drop {min(taken)}.")
        self._writer.write_record({**fields, **output})
        return 1

    def close(self) -> None:
        """Write the end of the output."""
        self._writer.close()
