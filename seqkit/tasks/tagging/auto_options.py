"""Options left at 0 adapt to the corpus: a small one needs small batches and many epochs to be learnt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from seqkit.examples import Sentence
from seqkit.training.request import TrainingRequest

UPDATES = 3300
"""Steps down the gradient that a training wants, whatever the corpus."""
EPOCHS = (24, 200)
"""Fewest and most passes."""
BATCH_WORDS = (100, 1000)
UPDATES_AN_EPOCH = 80
WORDS_A_PIECE = 4
"""Distinct words for each SentencePiece piece."""
PIECES = (100, 4000)


def with_auto_options(request: TrainingRequest, train: Sequence[Sentence]) -> TrainingRequest:
    """The request with every 0 that stands for "adapt" replaced. What the user chose stays."""
    words = sum(len(sentence.words) for sentence in train)
    batch_words = request.training.batch_words or _within(words // UPDATES_AN_EPOCH, BATCH_WORDS)
    epochs = request.training.epochs or _within(round(UPDATES * batch_words / max(words, 1)), EPOCHS)
    request = request.replace("training", batch_words=batch_words, epochs=epochs)
    return dataclasses.replace(request, model=_with_auto_vocabulary(request.model, train))


def _with_auto_vocabulary(options: Any, train: Sequence[Sentence]) -> Any:
    if getattr(options, "vocab_size", None) != 0:
        return options
    distinct = len({word for sentence in train for word in sentence.words})
    return dataclasses.replace(options, vocab_size=_within(distinct // WORDS_A_PIECE, PIECES))


def _within(value: int, bounds: tuple[int, int]) -> int:
    return min(max(value, bounds[0]), bounds[1])
