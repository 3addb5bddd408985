"""How sure a corpus metric is: its value on corpora drawn from the sentences at hand (Koehn 2004)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 12345
"""sacreBLEU's own."""
SAMPLES = 1000
DRAWN = 20_000_000
"""Sentences drawn in all; very large test sets are drawn fewer times, but at least a hundred."""
FEW = 30
"""With fewer sentences than this the corpora drawn from them are too much alike: intervals and p come out too small."""


def interval(drawn_S: NDArray[np.float64]) -> tuple[float, float]:
    """Where 95 % of what was drawn lies."""
    low, high = np.quantile(drawn_S, [0.025, 0.975])
    return float(low), float(high)


def by_chance(drawn_S: NDArray[np.float64], observed: float) -> float:
    """p, two-sided: how often a difference as large as that observed would come if there were none.

    The drawn differences, moved to a mean of 0, are those of two systems of equal worth. (sacreBLEU takes the
    mean from their absolute values, which gives a p of 0.4 where there is no difference.)
    """
    as_large = int((np.abs(drawn_S - drawn_S.mean()) >= abs(observed)).sum())
    return (as_large + 1) / (len(drawn_S) + 1)


def drawn_rates(
    parts_KN: NDArray[Any], wholes_N: NDArray[Any], samples: int = SAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """Rates on drawn corpora, the same corpora for each system.

    Args: parts_KN, what each of K systems has of each of N sentences, such as right words; wholes_N, of how many.
    Returns rates_KS, Σ parts / Σ wholes of each of S corpora (0 where the wholes are 0).
    """
    random, count = np.random.default_rng(seed), len(wholes_N)
    rates = []
    for _ in range(max(100, min(samples, DRAWN // max(count, 1)))):
        chosen_N = random.integers(count, size=count)
        rates.append(parts_KN[:, chosen_N].sum(axis=1) / max(wholes_N[chosen_N].sum(), 1))
    return np.array(rates).T


def samples_of(count: int) -> int:
    """How many corpora are drawn from so many sentences."""
    return max(100, min(SAMPLES, DRAWN // max(count, 1)))


def few(count: int) -> str:
    """A note on comparisons over so few sentences; empty where there are enough."""
    if count >= FEW:
        return ""
    return f"{count} sentence(s): intervals and p-values of a bootstrap come out too small below {FEW}"
