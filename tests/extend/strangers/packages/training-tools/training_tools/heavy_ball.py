"""Stochastic gradient descent with momentum (Polyak 1964): v ← μ v + g, w ← w - η v."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn

RATES: list[float] = []
"""The learning rate of every step taken in this process."""


class HeavyBall(torch.optim.Optimizer):
    """Its state is a velocity and a number of steps for each parameter."""

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, mu: float) -> None:
        super().__init__(parameters, {"lr": lr, "mu": mu})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        """One step for every parameter that has a gradient."""
        RATES.append(self.param_groups[0]["lr"])
        for group in self.param_groups:
            for w in group["params"]:
                if w.grad is None:
                    continue
                state = self.state[w]
                v = state.get("velocity")
                v = w.grad.clone() if v is None else v.mul_(group["mu"]).add_(w.grad)
                state["velocity"], state["steps"] = v, state.get("steps", 0) + 1
                w.add_(v, alpha=-group["lr"])


def build(weights: Iterable[nn.Parameter], rate: float, options: Any) -> HeavyBall:
    """The optimizer of a record: its arguments come in this order."""
    return HeavyBall(weights, rate, options.mu)
