"""The task `segmentation`: from a treebank to a segmenter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from seqkit.examples import Sentence
from seqkit.models.artifact import load_for
from seqkit.tasks import EvaluationRequest, Prepared, Report, Task, TrainingRequest
from seqkit.tasks.reading import fresh_or_started
from seqkit.training.card import CardFacts, model_card
from seqkit_segmenter.data import SegmenterData, checksum, read_data
from seqkit_segmenter.examples import Paragraph
from seqkit_segmenter.model import SegmenterModel
from seqkit_segmenter.segmenter import LearntSegmenter
from seqkit_segmenter.trainable import SegmentationTrainable, dev_scores

UPDATES, UPDATES_AN_EPOCH = 4000, 150
EPOCHS, BATCH = (16, 200), (1000, 12_000)
"""Bounds of what adapts to the size of the treebank; a batch is counted in characters."""
THRESHOLDS = np.linspace(-1.5, 1.5, 13)
"""What may be added to the logit of a sentence's end."""


class SegmentationTask(Task):
    """Where tokens and sentences end."""

    name = "segmentation"

    def prepare(self, request: TrainingRequest, reporter: Any) -> Prepared:
        """Read the treebank, gather characters, runs and multiword tokens, make the network."""
        data = read_data(request)
        for note in data.notes:
            reporter.note(note)
        torch.manual_seed(request.training.seed)
        model: SegmenterModel = fresh_or_started(
            request,
            lambda facts: facts.gather(
                data.train, data.multiwords, request.model, data.language, data.silver
            ),
        )
        resolved = _with_auto_options(request.replace("task", lang=data.language), data.train)
        facts = _card_facts(resolved, data)
        return Prepared(
            request=resolved,
            task=SegmentationTrainable(model, data.train, data.dev, request.task.text_noise),
            examples=checksum(data.train, data.dev),
            silver=data.silver,
            card=lambda progress, command: model_card(resolved, facts, progress, command),
            finish=lambda: choose_threshold(model, data.dev),
        )

    def load(self, name_or_folder: str, inference_dtype: str = "") -> LearntSegmenter:
        """A segmenter, ready for text."""
        return LearntSegmenter(load_for(self.name, name_or_folder, inference_dtype))

    def evaluate(self, request: EvaluationRequest) -> Report:
        """F1 of words, sentences, tokens and multiword tokens."""
        from seqkit_segmenter.evaluate import evaluate_segmenter

        return evaluate_segmenter(request)


def choose_threshold(model: SegmenterModel, dev: Sequence[Sentence]) -> None:
    """Choose what is added to the logits of sentence ends: what finds most sentences on dev."""
    if not dev:
        return
    runner, found = LearntSegmenter(model), []
    for added in THRESHOLDS.tolist():
        model.threshold.fill_(added)
        scores = dev_scores(runner, dev).metrics
        found.append((round(scores["Sentences"].f1 + scores["Words"].f1, 6), -abs(added), added))
    model.threshold.fill_(max(found)[2])


def _with_auto_options(request: TrainingRequest, train: Sequence[Paragraph]) -> TrainingRequest:
    """`batch_words` (characters here) and `epochs` by the size of the treebank where they are 0."""
    characters, options = sum(len(paragraph.text) for paragraph in train), request.training
    batch = options.batch_words or _within(characters // UPDATES_AN_EPOCH, BATCH)
    epochs = options.epochs or _within(round(UPDATES * batch / max(characters, 1)), EPOCHS)
    return request.replace("training", batch_words=batch, epochs=epochs)


def _within(value: int, bounds: tuple[int, int]) -> int:
    return min(max(value, bounds[0]), bounds[1])


def _card_facts(request: TrainingRequest, data: SegmenterData) -> CardFacts:
    return CardFacts(
        title=f"A segmenter for {data.language}",
        language=data.language,
        tags="[token-classification, sentence-segmentation]",
        after=[
            f"Training paragraphs: {len(data.train):,}; characters: {sum(len(p.text) for p in data.train):,}",
            f"Multiword tokens: {len(data.multiwords.table):,} different ones",
        ],
    )
