"""The learning rate as a function of the progress of training."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def learning_rate(highest: float, progress: float, factor: Callable[[float], float], warmup: float) -> float:
    """The rate at `progress` (0 to 1): a linear rise over the share `warmup`, then `highest` times a factor.

    Args: factor, a function from the share of the steps left after the warm-up (1 to 0) to a share of `highest`.
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


def rate_shares(optimizer: torch.optim.Optimizer) -> list[float]:
    """The learning rate of each parameter group, as a share of the highest of the optimizer's initial rates."""
    rates = [float(group["lr"]) for group in optimizer.param_groups]
    highest = max(rates, default=0.0)
    return [rate / highest if highest else 1.0 for rate in rates]


def set_rate(optimizer: torch.optim.Optimizer, rate: float, shares: list[float]) -> None:
    """Set the learning rate of each parameter group to its share of `rate`."""
    for group, share in zip(optimizer.param_groups, shares, strict=True):
        group["lr"] = share * rate
