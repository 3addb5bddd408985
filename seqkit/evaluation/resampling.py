"""Bootstrap of corpus metrics: their values on corpora resampled from the sentences (Koehn 2004)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SEED = 12345
"""sacreBLEU's default seed."""
SAMPLES = 1000
DRAWN = 20_000_000
"""Total number of resampled sentences; very large test sets are resampled less often, but at least 100 times."""
FEW = 30
"""With fewer sentences, resampled corpora are too similar: intervals and p-values are too small."""


def interval(drawn_S: NDArray[np.float64]) -> tuple[float, float]:
    """The 95 % interval of resampled values."""
    low, high = np.quantile(drawn_S, [0.025, 0.975])
    return float(low), float(high)


def by_chance(drawn_S: NDArray[np.float64], observed: float) -> float:
    """Two-sided p-value: probability of a difference as large as the observed one between equal systems.

    Resampled differences are shifted to a mean of 0. (sacreBLEU subtracts the mean from their absolute values, which
    gives p = 0.4 for equal systems.)
    """
    as_large = int((np.abs(drawn_S - drawn_S.mean()) >= abs(observed)).sum())
    return (as_large + 1) / (len(drawn_S) + 1)


def drawn_rates(
    parts_KN: NDArray[Any], wholes_N: NDArray[Any], samples: int = SAMPLES, seed: int = SEED
) -> NDArray[np.float64]:
    """Rates on resampled corpora, the same corpora for each system.

    Args: parts_KN, counts of each of K systems in each of N sentences, such as right words; wholes_N, totals.
    Returns rates_KS, Σ parts / Σ wholes of each of S corpora (0 if the wholes are 0).
    """
    random, count = np.random.default_rng(seed), len(wholes_N)
    rates = []
    for _ in range(samples_of(count, samples)):
        chosen_N = random.integers(count, size=count)
        rates.append(parts_KN[:, chosen_N].sum(axis=1) / max(wholes_N[chosen_N].sum(), 1))
    return np.array(rates).T


def samples_of(count: int, most: int = SAMPLES) -> int:
    """Number of resampled corpora for a number of sentences. Args: most, of a short corpus."""
    return max(100, min(most, DRAWN // max(count, 1)))


def few(count: int) -> str:
    """A warning on comparisons over few sentences; "" if there are enough."""
    if count >= FEW:
        return ""
    return f"{count} sentence(s): intervals and p-values of a bootstrap are too small below {FEW}"
