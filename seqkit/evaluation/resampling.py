"""How sure a corpus metric is: its value on corpora drawn from the sentences at hand (Koehn 2004)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sacrebleu.metrics.base import Metric

SEED = 12345
"""sacreBLEU's own."""
SAMPLES = 1000
DRAWN = 20_000_000
"""Sentences drawn in all; very large test sets are drawn fewer times, but at least a hundred."""


class Resampled(NamedTuple):
    """One metric of some systems, by name."""

    scores: dict[str, float]
    """On the corpus as it is."""
    drawn: dict[str, NDArray[np.float64]]
    """On each drawn corpus, which is the same for every system."""
    signature: str
    """sacreBLEU's, with the number of drawn corpora and the seed."""

    def interval(self, system: str) -> tuple[float, float]:
        """Where 95 % of the drawn scores lie."""
        low, high = np.quantile(self.drawn[system], [0.025, 0.975])
        return float(low), float(high)

    def difference(self, this: str, other: str) -> tuple[float, float, float]:
        """The 95 % interval of this - other, and p: how often so large a difference would come by chance alone.

        The drawn differences, moved to a mean of 0, are those of two systems of equal worth. (sacreBLEU takes the
        mean from their absolute values, which gives a p of 0.4 where there is no difference.)
        """
        drawn = self.drawn[this] - self.drawn[other]
        low, high = np.quantile(drawn, [0.025, 0.975])
        observed = abs(self.scores[this] - self.scores[other])
        by_chance = int((np.abs(drawn - drawn.mean()) >= observed).sum())
        return float(low), float(high), (by_chance + 1) / (len(drawn) + 1)


def resample(metric: Metric, systems: Mapping[str, Sequence[str]], references: Sequence[str]) -> Resampled:
    """A metric of sacreBLEU on drawn corpora. The draws are seeded and as sacreBLEU makes them."""
    count = len(references)
    samples = max(100, min(SAMPLES, DRAWN // max(count, 1)))
    scores: dict[str, float] = {}
    statistics: dict[str, NDArray[np.float64]] = {}
    for name, outputs in systems.items():
        sentences: Any = metric._extract_corpus_statistics(outputs, [references])
        statistics[name] = np.array(sentences, dtype=np.float64)
        scores[name] = float(metric._aggregate_and_compute(sentences).score)
    random = np.random.default_rng(SEED)
    drawn: dict[str, list[float]] = {name: [] for name in systems}
    for _ in range(samples):
        chosen_N = random.choice(count, size=count, replace=True)
        for name, sentences_NK in statistics.items():
            total_K = sentences_NK[chosen_N].sum(axis=0)
            drawn[name].append(float(metric._compute_score_from_stats(total_K).score))
    signature = metric.get_signature()
    signature.update("bs", samples)
    signature.update("seed", str(SEED))
    return Resampled(scores, {name: np.array(values) for name, values in drawn.items()}, str(signature))
