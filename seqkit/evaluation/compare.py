"""Comparison of two taggers by paired bootstrap over sentences (Koehn 2004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqkit.evaluation.resampling import by_chance, drawn_rates, interval
from seqkit.examples import Sentence
from seqkit.labels.kinds import is_label

SAMPLES = 10_000
Tags = Sequence[Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Comparison:
    """Accuracies of two systems on the same words, with the confidence of their difference."""

    kind: str
    a: float
    b: float
    low: float
    """95 % interval of a - b, from resampled sentences."""
    high: float
    p: float
    """Two-sided p-value: probability of a difference at least as large if there is none."""

    @property
    def difference(self) -> float:
        """a - b."""
        return self.a - self.b


def compare(gold: Sequence[Sentence], a: Tags, b: Tags, kind: str, seed: int = 1) -> Comparison:
    """Compare the labels of two systems. Whole sentences are resampled, because their words depend on each other."""
    words_N = np.array([_labelled(sentence, kind) for sentence in gold])
    right_2N = np.stack([_right(gold, tags, kind) for tags in (a, b)])
    rate_a, rate_b = (float(rate) for rate in right_2N.sum(axis=1) / max(int(words_N.sum()), 1))
    drawn_a, drawn_b = drawn_rates(right_2N, words_N, SAMPLES, seed)
    drawn_S = drawn_a - drawn_b
    return Comparison(kind, rate_a, rate_b, *interval(drawn_S), by_chance(drawn_S, rate_a - rate_b))


def _labelled(sentence: Sentence, kind: str) -> int:
    return sum(is_label(kind, label) for label in sentence.labels.get(kind, ()))


def _right(gold: Sequence[Sentence], tags: Tags, kind: str) -> np.ndarray:
    """Number of right labels of each sentence."""
    return np.array(
        [
            sum(
                label == guess and is_label(kind, label)
                for label, guess in zip(sentence.labels.get(kind, ()), row[kind], strict=False)
            )
            for sentence, row in zip(gold, tags, strict=True)
        ]
    )
