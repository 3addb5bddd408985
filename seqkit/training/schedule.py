"""The learning rate as a function of how far training has come."""

from __future__ import annotations

import math
from collections.abc import Callable


def learning_rate(highest: float, progress: float, factor: Callable[[float], float], warmup: float) -> float:
    """The rate at `progress` (0 to 1): a linear rise over the first `warmup`, then `highest` times a factor.

    Args: factor, from the share of the steps that is left after the warm-up, 1 to 0, to a share of `highest`.
    """
    if progress < warmup:
        return highest * min(1.0, max(progress, 1e-3) / warmup)
    return highest * factor((1.0 - progress) / (1.0 - warmup))


def constant(left: float) -> float:
    """No decay."""
    return 1.0


def linear(left: float) -> float:
    """Linear decay to 0."""
    return left


def cosine(left: float) -> float:
    """Half a cosine, from 1 to 0 (Loshchilov & Hutter 2017)."""
    return 0.5 * (1.0 - math.cos(math.pi * left))
