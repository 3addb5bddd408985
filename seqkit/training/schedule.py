"""The learning rate as a function of how far training has come."""

from __future__ import annotations

import math


def learning_rate(highest: float, progress: float, schedule: str, warmup: float) -> float:
    """The rate at `progress` (0 to 1): a linear rise over the first `warmup`, then constant, linear or cosine to 0."""
    if progress < warmup:
        return highest * min(1.0, max(progress, 1e-3) / warmup)
    left = (1.0 - progress) / (1.0 - warmup)
    if schedule == "linear":
        return highest * left
    if schedule == "cosine":
        return highest * 0.5 * (1.0 - math.cos(math.pi * left))
    return highest
