"""The part that tasks over sentences and running text share when they are applied to files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from seqkit.examples import RecordErrors, Sentence
from seqkit.io.text_files import FilePath
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.contract import Task
from seqkit.tasks.sentence_files import (
    LIMITS,
    PARTS,
    SentenceWriter,
    cuts_of,
    formats_for,
    read_items,
    size_of,
)


class SentenceTask(Task):
    """A task whose items are sentences or paragraphs of text, and whose outputs are sentences."""

    limits = LIMITS
    parts = PARTS

    def is_pretokenized(self, request: ApplyRequest) -> bool:
        """Whether each line of the input is a sentence with its words separated by spaces."""
        return False

    def shows_probabilities(self, request: ApplyRequest) -> bool:
        """Whether the outputs have probabilities, which not every format can hold."""
        return False

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """As the format of the file says."""
        return cuts_of(path, request, self.is_pretokenized(request))

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """Sentences, or paragraphs of running text."""
        return read_items(path, request, problems, self.is_pretokenized(request))

    def size(self, item: Any) -> float:
        """Characters."""
        return size_of(item)

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """Formats of sentences."""
        return formats_for(path, request)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> SentenceWriter:
        """A writer of sentences."""
        return SentenceWriter(format, file, request, self.shows_probabilities(request))

    def words(self, item: Any, output: Sequence[Sentence]) -> int:
        """Words of the sentences."""
        return sum(len(sentence.words) for sentence in output)
