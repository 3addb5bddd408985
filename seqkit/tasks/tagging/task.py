"""The task `tagging`: one label of each kind for every word. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seqkit.examples import Sentence
from seqkit.models.folder import default_model
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.contract import EvaluationRequest
from seqkit.tasks.sentence_task import SentenceTask
from seqkit.tasks.tagging.application import (
    annotate_doc,
    fingerprint_of,
    segmenter_for,
    sentences_in,
    tag_chunk,
)
from seqkit.tasks.tagging.loading import load_tagger, starting_tagger

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from seqkit.evaluation.report import Report
    from seqkit.inference.tagger import TaggerRunner
    from seqkit.tasks.inspecting import InspectionRequest, Subject
    from seqkit.tasks.tagging.apply import AnyTagger
    from seqkit.text.segmenters import Segmenter
    from seqkit.training.reporter import Reporter
    from seqkit.training.request import TrainingRequest
    from seqkit.training.trainable import Prepared


class TaggingTask(SentenceTask):
    """One label of each kind for every word."""

    name = "tagging"

    def prepare(self, request: TrainingRequest, reporter: Reporter) -> Prepared:
        """Read the sentences and make the tagger."""
        from seqkit.tasks.tagging.preparing import prepare_tagging

        return prepare_tagging(request, reporter)

    def finetune_options(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """All options but `auxiliary`: the auxiliary layer was dropped after training."""
        return {key: value for key, value in options.items() if key != "auxiliary"}

    def load(self, name_or_folder: str, inference_dtype: str = "") -> TaggerRunner:
        """A tagger, ready to predict."""
        return load_tagger(name_or_folder, inference_dtype)

    def evaluate(self, request: EvaluationRequest) -> Report:
        """Accuracies on labelled words, or word-aligned scores from raw text."""
        from seqkit.tasks.tagging.evaluate import evaluate_tagging

        return evaluate_tagging(request)

    def subject(self, request: InspectionRequest) -> Subject:
        """The tagger and sentences to inspect."""
        from seqkit.tasks.tagging.inspecting import tagging_subject

        return tagging_subject(request)

    def is_pretokenized(self, request: ApplyRequest) -> bool:
        """Whether the option requests it."""
        return bool(request.options.pretokenized)

    def segmenter(self, model: AnyTagger, request: ApplyRequest) -> Segmenter:
        """The model's own, or the one that the options name."""
        return segmenter_for(model, request)

    def shows_probabilities(self, request: ApplyRequest) -> bool:
        """As the options say."""
        return bool(request.options.top or request.options.probabilities)

    def default_model(self, request: ApplyRequest) -> str:
        """The shipped tagger of the language."""
        return default_model(self.name, request.options.lang or "en")

    def load_for_stream(self, request: ApplyRequest) -> AnyTagger:
        """The tagger in numpy, which is loaded in torch where the stream is long."""
        return starting_tagger(request.model, request.inference_dtype)

    def fingerprint(self, request: ApplyRequest) -> str:
        """Of the tagger, and of what splits raw text for it."""
        return fingerprint_of(request)

    def apply(self, model: AnyTagger, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
        """The labelled sentences of each item."""
        return tag_chunk(model, chunk, request)

    def joins(self, request: ApplyRequest) -> bool:
        """Yes for labels; probabilities are shown to the last digit."""
        return not self.shows_probabilities(request)

    def items_of(self, doc: Doc) -> list[Sentence]:
        """The words of a Doc by its sentences."""
        return sentences_in(doc)

    def annotate(self, doc: Doc, outputs: Sequence[Any]) -> None:
        """Set the labels that spaCy has a place for."""
        annotate_doc(doc, outputs)
