"""Apply segmenters to whole corpora: `seqkit batch segment`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from seqkit.examples import RecordErrors, Sentence
from seqkit.io.text_files import FilePath
from seqkit.models.folder import fingerprint
from seqkit.tasks import Task
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.segmenting import RULES, name_for, segmenter_in, segmenter_of
from seqkit.tasks.sentence_files import (
    LIMITS,
    PARTS,
    SentenceWriter,
    cuts_of,
    formats_for,
    read_items,
    size_of,
)
from seqkit.tasks.splitting import sentences_of
from seqkit.text.segmenters import Segmenter


class AppliedSegmenter(Task):
    """The part of the task that applies segmenters to files."""

    limits = LIMITS
    parts = PARTS

    def default_model(self, request: ApplyRequest) -> str:
        """The built-in segmenter of the language, else spaCy's rules."""
        return name_for(request.options.lang)

    def fingerprint(self, request: ApplyRequest) -> str:
        """The fingerprint of the segmenter's files; for rules, the version of spaCy and the language."""
        chosen = segmenter_in(request.model)
        if chosen != RULES:
            return fingerprint(chosen)
        from importlib.metadata import version

        return f"{RULES} {version('spacy')} {request.options.lang}"

    def load_for(self, request: ApplyRequest) -> Segmenter:
        """Load the segmenter."""
        return segmenter_of("", request.options.lang, segmenter_in(request.model))

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """How a file is divided, by its format."""
        return cuts_of(path, request, pretokenized=False)

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """Read paragraphs of running text, or the sentences of a treebank, which stay unchanged."""
        return read_items(path, request, problems, pretokenized=False)

    def size(self, item: Any) -> float:
        """The number of characters."""
        return size_of(item)

    def apply(self, model: Segmenter, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
        """The sentences of each item."""
        return sentences_of(chunk.items, model)

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """The formats of the output, which consists of sentences."""
        return formats_for(path, request)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> SentenceWriter:
        """A writer of sentences."""
        return SentenceWriter(format, file, request, probabilities=False)

    def words(self, item: Any, output: Sequence[Sentence]) -> int:
        """The number of words of the sentences."""
        return sum(len(sentence.words) for sentence in output)
