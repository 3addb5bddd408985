"""The common part of tasks that are applied to sentences and running text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.io.segment import Segment
from seqkit.io.text_files import FilePath
from seqkit.tasks.application import ApplyRequest, Limits
from seqkit.tasks.contract import Task
from seqkit.tasks.sentence_files import (
    FIRST,
    LIMITS,
    PARTS,
    SentenceWriter,
    check_places,
    cuts_of,
    formats_for,
    read_items,
    size_of,
)
from seqkit.text.segmenters import Segmenter


class SentenceTask(Task):
    """A task whose items are sentences or paragraphs of text, and whose outputs are sentences."""

    limits = LIMITS
    parts = PARTS

    def segmenter(self, model: Any, request: ApplyRequest) -> Segmenter:
        """The segmenter that splits running text for this model."""
        raise self.lacks("segmentation of raw text")

    def is_pretokenized(self, request: ApplyRequest) -> bool:
        """Whether each line of the input is a sentence with its words separated by spaces."""
        return False

    def shows_probabilities(self, request: ApplyRequest) -> bool:
        """Whether the outputs have probabilities, which not every format supports."""
        return False

    def first_limits(self, request: ApplyRequest) -> Limits:
        """Limits of a first chunk without torch, except with probabilities, whose digits depend on chunks."""
        return self.limits if self.shows_probabilities(request) else FIRST

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """Where the format of the file may be divided."""
        return cuts_of(path, request, self.is_pretokenized(request))

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """Sentences, or paragraphs of running text."""
        return read_items(path, request, problems, self.is_pretokenized(request))

    def items_in(
        self, text: str, number: int, request: ApplyRequest, problems: RecordErrors
    ) -> Iterator[Any]:
        """The text as a document, or its lines if they are tokens."""
        if self.is_pretokenized(request):
            return read_items(Segment("text", text.encode(), number), request, problems, True)
        return iter([RawText(text, SourceLocation("text", number), document=f"text {number}")])

    def size(self, item: Any) -> float:
        """Characters."""
        return size_of(item)

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """Formats of sentences."""
        return formats_for(path, request)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> SentenceWriter:
        """A writer of sentences."""
        self.check_format(format, request)
        return SentenceWriter(format, file)

    def check_format(self, format: str, request: ApplyRequest) -> None:
        """Raise SeqkitError for a format that does not support the requested output."""
        check_places(format, request, self.shows_probabilities(request))

    def words(self, item: Any, output: Sequence[Sentence]) -> int:
        """Words of the sentences."""
        return sum(len(sentence.words) for sentence in output)
