"""The task `silver`: labels of a spaCy pipeline for whole corpora, by the command `batch label`. It trains nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from seqkit.errors import SeqkitError
from seqkit.examples import RawText, Sentence
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.sentence_task import SentenceTask
from seqkit.tasks.splitting import sentences_of
from seqkit.text.segmenters import Segmenter
from seqkit.text.silver_labels import Labeller
from seqkit.training.reporter import Reporter
from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Prepared


class SilverTask(SentenceTask):
    """A spaCy pipeline in the place of a model."""

    name = "silver"

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
        from seqkit.text.pipelines import current_hash, folder_of

        return current_hash(folder_of(request.model))

    def load_for(self, request: ApplyRequest) -> Labeller:
        """The pipeline."""
        return Labeller(request.model, keeps=False)

    def apply(self, model: Labeller, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
        """The sentences of each item with the pipeline's labels, marked as silver."""
        found = sentences_of(chunk.items, PipelineSegmenter(model))
        words = [number for number, item in enumerate(chunk.items) if isinstance(item, Sentence)]
        labelled = model.words(found[number][0] for number in words)
        for number, sentence in zip(words, labelled, strict=True):
            found[number] = [sentence]
        return found


class PipelineSegmenter(Segmenter):
    """The sentences that a pipeline finds, with its labels."""

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Labelled on the way."""
        return self._labeller.text(stretches)
