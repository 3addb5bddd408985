"""Scores of outputs that are not text: likelihood, and the text that a separately trained model reads in them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from seqkit.evaluation.tagging import Accuracy
from seqkit.examples import Pair
from seqkit.models.modalities import Decoder
from seqkit.nn.bfloat16 import products_in
from seqkit.nn.placement import placed_for

CLAUSE = re.compile(r"\s+and\s+(?=\S+\s+\S+\s+(?:is|are)\b)")
"""The beginning of the next clause of a caption: "… and digit 0 is going up and down"."""
BATCH = 32


@dataclass(frozen=True)
class Verdict:
    """Agreement of the text that a judge model read with the text to draw."""

    exact: Accuracy
    """Exact matches of whole texts."""
    clauses: Accuracy
    """Exact matches of clauses."""
    by_clauses: dict[int, Accuracy]
    """Number of clauses of a text -> exact matches of such texts."""


@dataclass(frozen=True)
class DrawingScores:
    """Scores of one system."""

    pairs: int
    log_likelihood: float
    """Mean of log P(target | source), or of a lower bound if the decoder offers only that."""
    drawn: Verdict | None = None
    """The judge on the outputs of the model."""
    real: Verdict | None = None
    """The judge on the targets, which measures its reliability."""
    squared_error: float | None = None
    """Mean squared error of numbers, if the decoder offers it."""


@torch.inference_mode()
def log_likelihood(model: Any, pairs: Sequence[Pair]) -> float:
    """The mean of log P(target | source), or of the lower bound that is the decoder's loss."""
    model.eval()
    total = 0.0
    with products_in(model.inference_dtype):
        for start in range(0, len(pairs), BATCH):
            batch = pairs[start : start + BATCH]
            log_p_B = model.log_prob_or_none(batch)
            if log_p_B is None:
                total -= float(model(placed_for(model, model.collate(batch))).counts.nll)
            else:
                total += float(log_p_B.sum())
    return total / len(pairs)


@torch.inference_mode()
def mean_squared_error(model: Any, pairs: Sequence[Pair]) -> float | None:
    """The mean squared error of all pairs, in the unit of the targets; None if the decoder does not offer it."""
    if type(model.decoder).squared_error is Decoder.squared_error:
        return None
    model.eval()
    total = 0.0
    for start in range(0, len(pairs), BATCH):
        batch = placed_for(model, model.collate(pairs[start : start + BATCH]))
        error_B = model.decoder.squared_error(model.encode(batch.sources), batch.target)
        if error_B is None:
            return None
        total += float(error_B.sum())
    return total / len(pairs)


def clauses_of(text: str) -> list[str]:
    """Split a caption before each "and" that begins a clause."""
    return CLAUSE.split(" ".join(text.split()))


def judged(read: Sequence[str], captions: Sequence[str]) -> Verdict:
    """Compare the texts that a judge model read with the captions, the sources of the model."""
    right = [" ".join(a.split()) == " ".join(b.split()) for a, b in zip(read, captions, strict=True)]
    parts = [clauses_of(text) for text in captions]
    found = [
        (Counter(part) & Counter(clauses_of(text))).total() for part, text in zip(parts, read, strict=True)
    ]
    groups: dict[int, list[bool]] = defaultdict(list)
    for part, is_right in zip(parts, right, strict=True):
        groups[len(part)].append(is_right)
    return Verdict(
        Accuracy(sum(right), len(right)),
        Accuracy(sum(found), sum(map(len, parts))),
        {count: Accuracy(sum(group), len(group)) for count, group in sorted(groups.items())},
    )
