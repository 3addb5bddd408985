"""From a treebank to a segmenter that can be trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from seqkit.examples import Sentence
from seqkit.tasks import Prepared, TrainingRequest
from seqkit.tasks.reading import fresh_or_started
from seqkit.training.auto_sizes import AutoSizes, with_auto_sizes
from seqkit.training.card import CardFacts, model_card
from seqkit_segmenter.data import SegmenterData, checksum, read_data
from seqkit_segmenter.examples import IGNORED, Paragraph
from seqkit_segmenter.model import SegmenterModel
from seqkit_segmenter.segmenter import in_torch
from seqkit_segmenter.trainable import SegmentationTrainable, dev_scores

SIZES = AutoSizes(updates=4000, epochs=(16, 200), batch=(1000, 12_000), updates_an_epoch=150)
"""Sizes that follow from the data; batches are counted in characters."""
RUN = 20
"""Mean characters between white space up to which a language is one with spaces between words."""
THRESHOLDS = np.linspace(-1.5, 1.5, 13)
"""Candidates for the value that is added to the logits of sentence ends."""


def prepare_segmenter(request: TrainingRequest, reporter: Any) -> Prepared:
    """Read the treebank, collect characters, runs and multiword tokens, create the network."""
    data = read_data(request)
    for note in data.notes:
        reporter.note(note)
    if request.model.char_context == "auto" and not request.sources.start:
        request = request.replace("model", char_context="run" if has_spaces(data.train) else "text")
    torch.manual_seed(request.training.seed)
    model: SegmenterModel = fresh_or_started(
        request,
        lambda facts: facts.gather(data.train, data.multiwords, request.model, data.language, data.silver),
    )
    characters = sum(len(paragraph.text) for paragraph in data.train)
    resolved = with_auto_sizes(request.replace("task", lang=data.language), characters, SIZES)
    facts = _card_facts(resolved, data)
    return Prepared(
        request=resolved,
        task=SegmentationTrainable(model, data.train, data.dev, request.task.text_noise),
        examples=checksum(data.train, data.dev),
        silver=data.silver,
        card=lambda progress, command: model_card(resolved, facts, progress, command),
        finish=lambda: choose_threshold(model, data.dev),
    )


def has_spaces(paragraphs: Sequence[Paragraph]) -> bool:
    """Whether the language has spaces between words: white space at least every RUN characters."""
    white = sum(int((paragraph.ends_T == IGNORED).sum()) for paragraph in paragraphs)
    return white * RUN >= sum(len(paragraph.text) for paragraph in paragraphs)


def choose_threshold(model: SegmenterModel, dev: Sequence[Sentence]) -> None:
    """Choose the value that is added to the logits of sentence ends, by the F1 of sentences and words on dev."""
    if not dev:
        return
    runner, found = in_torch(model), []
    for added in THRESHOLDS.tolist():
        model.threshold.fill_(added)
        scores = dev_scores(runner, dev).metrics
        found.append((round(scores["Sentences"].f1 + scores["Words"].f1, 6), -abs(added), added))
    model.threshold.fill_(max(found)[2])


def _card_facts(request: TrainingRequest, data: SegmenterData) -> CardFacts:
    return CardFacts(
        title=f"A segmenter for {data.language}",
        language=data.language,
        tags="[token-classification, sentence-segmentation]",
        after=[
            f"Training paragraphs: {len(data.train):,}; characters: {sum(len(p.text) for p in data.train):,}",
            f"Multiword tokens: {len(data.multiwords.table):,} distinct ones",
        ],
    )
