"""Synthetic vectors for the conformance suite."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def vectors(seed: int) -> NDArray[np.float32]:
    """A random walk in 3 dimensions, at least 2 steps long."""
    steps_TD = np.random.default_rng(seed).normal(size=(2 + seed % 5, 3))
    return steps_TD.cumsum(axis=0).astype(np.float32)


def vector(seed: int) -> NDArray[np.float32]:
    """Two random numbers."""
    return np.random.default_rng(seed).normal(size=2).astype(np.float32)
