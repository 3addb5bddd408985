"""Options left at 0 adapt to the corpus: a small one needs small batches and many epochs to be learnt."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from seqkit.examples import Sentence
from seqkit.models.contracts import TaggerOptions
from seqkit.training.auto_sizes import AutoSizes, with_auto_sizes, within
from seqkit.training.request import TrainingRequest

SIZES = AutoSizes(updates=3300, epochs=(24, 200), batch=(100, 1000), updates_an_epoch=80)
WORDS_A_PIECE = 4
"""Distinct words for each SentencePiece piece."""
PIECES = (100, 4000)


def with_auto_options(request: TrainingRequest, train: Sequence[Sentence]) -> TrainingRequest:
    """Replace options that are 0, which means "adapt". Other values are kept."""
    words = sum(len(sentence.words) for sentence in train)
    request = with_auto_sizes(request, words, SIZES)
    return dataclasses.replace(request, model=_with_auto_vocabulary(request.model, train))


def _with_auto_vocabulary(options: TaggerOptions, train: Sequence[Sentence]) -> TaggerOptions:
    if options.vocab_size:
        return options
    distinct = len({word for sentence in train for word in sentence.words})
    return dataclasses.replace(options, vocab_size=within(distinct // WORDS_A_PIECE, PIECES))
