"""The task `silver`: labels of a spaCy pipeline for whole corpora, by the command `batch label`. It trains nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors, Sentence
from seqkit.io.text_files import FilePath
from seqkit.tasks.application import ApplyRequest, Chunk
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
from seqkit.tasks.splitting import sentences_of
from seqkit.text.segmenters import Segmenter
from seqkit.text.silver_labels import Labeller
from seqkit.training.loop import Reporter
from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Prepared


class SilverTask(Task):
    """A spaCy pipeline in the place of a model."""

    name = "silver"
    limits = LIMITS
    parts = PARTS

    def prepare(self, request: TrainingRequest, reporter: Reporter) -> Prepared:
        """There is nothing to train."""
        raise self.lacks("training")

    def default_model(self, request: ApplyRequest) -> str:
        """The pipeline that `--spacy` names. Raises SeqkitError where none is named."""
        pipeline = str(request.options.spacy)
        if not pipeline:
            raise SeqkitError(
                "which spaCy pipeline?", "Name it: --spacy en_core_web_sm, or a folder.", exit_code=2
            )
        return pipeline

    def fingerprint(self, request: ApplyRequest) -> str:
        """Checksum of the pipeline's files."""
        from pathlib import Path

        from seqkit.text.pipelines import hash_of, load_pipeline

        return hash_of(Path(load_pipeline(request.model).path))

    def load_for(self, request: ApplyRequest) -> Labeller:
        """The pipeline."""
        return Labeller(request.model, keeps=False)

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """As the format of the file says."""
        return cuts_of(path, request, False)

    def read(self, path: FilePath, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """Sentences, or paragraphs of running text."""
        return read_items(path, request, problems, False)

    def size(self, item: Any) -> float:
        """Characters."""
        return size_of(item)

    def apply(self, model: Labeller, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
        """The sentences of each item with the pipeline's labels, marked as silver."""
        found = sentences_of(chunk.items, PipelineSegmenter(model))
        words = [number for number, item in enumerate(chunk.items) if isinstance(item, Sentence)]
        labelled = model.words(found[number][0] for number in words)
        for number, sentence in zip(words, labelled, strict=True):
            found[number] = [sentence]
        return found

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """Formats of sentences."""
        return formats_for(path, request)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> SentenceWriter:
        """A writer of sentences."""
        return SentenceWriter(format, file, request, False)

    def words(self, item: Any, output: Sequence[Sentence]) -> int:
        """Words of the sentences."""
        return sum(len(sentence.words) for sentence in output)


class PipelineSegmenter(Segmenter):
    """The sentences that a pipeline finds, with its labels."""

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Labelled on the way."""
        return self._labeller.text(stretches)
