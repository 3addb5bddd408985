"""Is one tagger better than another? Paired bootstrap over sentences (Koehn 2004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from seqkit.formats.examples import Sentence, is_label

SAMPLES = 10_000
Tags = Sequence[Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class Comparison:
    """Accuracies of two systems on the same words, and how sure their difference is."""

    kind: str
    a: float
    b: float
    low: float
    """95 % interval of a - b, from resampled sentences."""
    high: float
    p: float
    """Two-sided: how often a difference at least as large would come by chance if there were none."""

    @property
    def difference(self) -> float:
        """a - b."""
        return self.a - self.b


def compare(gold: Sequence[Sentence], a: Tags, b: Tags, kind: str, seed: int = 1) -> Comparison:
    """Compare two systems' labels of one kind. Sentences are resampled whole: their words depend on each other."""
    words_N = np.array([_labelled(sentence, kind) for sentence in gold])
    right_AN, right_BN = (_right(gold, tags, kind) for tags in (a, b))
    differences_S = _resampled(right_AN - right_BN, words_N, seed)
    low, high = np.quantile(differences_S, [0.025, 0.975])
    total = max(int(words_N.sum()), 1)
    observed = (right_AN.sum() - right_BN.sum()) / total
    # The bootstrap distribution, moved to a mean of 0, is that of no difference.
    by_chance = (np.abs(differences_S - observed) >= abs(observed)).sum()
    p = (by_chance + 1) / (SAMPLES + 1)
    return Comparison(
        kind, float(right_AN.sum() / total), float(right_BN.sum() / total), float(low), float(high), float(p)
    )


def _resampled(better_N: np.ndarray, words_N: np.ndarray, seed: int) -> np.ndarray:
    """The difference in accuracy on each resampled corpus."""
    random, count = np.random.default_rng(seed), len(words_N)
    differences = []
    for _ in range(SAMPLES):
        drawn = random.integers(count, size=count)
        differences.append(better_N[drawn].sum() / max(words_N[drawn].sum(), 1))
    return np.array(differences)


def _labelled(sentence: Sentence, kind: str) -> int:
    return sum(is_label(kind, label) for label in sentence.labels.get(kind, ()))


def _right(gold: Sequence[Sentence], tags: Tags, kind: str) -> np.ndarray:
    """Right labels of each sentence."""
    return np.array(
        [
            sum(
                label == guess and is_label(kind, label)
                for label, guess in zip(sentence.labels.get(kind, ()), row[kind], strict=False)
            )
            for sentence, row in zip(gold, tags, strict=True)
        ]
    )
