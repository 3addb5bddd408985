"""A mix-in for tasks that are applied to texts. Imports no torch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from seqkit.examples import RecordErrors
from seqkit.io.text_files import FilePath
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.contract import Task
from seqkit.tasks.text_records import FieldWriter, TextItem, cuts_of_texts, field_formats, read_texts


class TextTask(Task):
    """A task whose items are texts: lines, or a field of records. Its `apply` gives a mapping for each item.

    The keys of the mapping are written as further fields of the record. `seqkit batch VERB` and `seqkit.load(…).apply`
    work for such tasks if their TaskSpec has `application`.
    """

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """How a file is divided: by lines, or by records."""
        return cuts_of_texts(path, request.reading)

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[TextItem]:
        """Read the texts of a file."""
        return read_texts(path, request.reading, problems)

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """The formats of the output, which consists of records."""
        return field_formats(path, request.reading)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> FieldWriter:
        """A writer of records with the output's fields added."""
        return FieldWriter(format, file)
