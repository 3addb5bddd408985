"""Predict whether Newton's method converges on a layer, in how many iterations, and whether it pays.

The largest Lyapunov exponent λ of the states decides: where it is positive, small errors grow and Newton's corrections
with them, and the number of iterations grows with T (Gonzalez et al. 2025, arXiv:2508.16817). Where it is negative, the
number depends on the way from the first guess, which λ does not know; so short beginnings of the sequences are solved,
of T/16, T/8 and T/4 steps, and their iterations k continued by a power law, k(T) = k(T/4) 4^p.

Whether it pays is calculated from counts, with the constants below, so that the answer never depends on a stopwatch.

Shapes: B sequences, T steps, N numbers of the state.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from seqkit.nn.jacobians import FEWEST, Lyapunov, lyapunov, parted
from seqkit.nn.time_parallel.newton import most_iterations, solve
from seqkit.nn.time_parallel.steps import Form, LayerSteps, Steps

ROWS = 4
"""Sequences that are looked at."""
LONGEST = 512
"""Steps along which the exponent is measured."""
LEAST_PILOT = 16


@dataclass(frozen=True)
class Forecast:
    """What is expected of one form of Jacobians on sequences of T steps."""

    form: Form
    exponent: float | None
    """λ in nats a step; None for too few steps."""
    error: float
    """Standard error of λ."""
    steps: int
    """T."""
    iterations: float
    """Expected number; infinite where it does not converge."""

    @property
    def converges(self) -> bool:
        """Whether a solution is expected within `most_iterations`."""
        return self.iterations <= most_iterations(self.steps)

    @property
    def method(self) -> str:
        """As the option `time_parallel` calls it."""
        return "quasi-newton" if self.form == "diagonal" else "newton"


def exponent_of(steps: LayerSteps, start_BN: Tensor) -> Lyapunov | None:
    """λ along at most LONGEST steps of the first sequences; None for too few steps."""
    x_BTD = steps.x_BTD.detach()[:ROWS, :LONGEST]
    if x_BTD.shape[1] < FEWEST:
        return None
    like = tuple(start_BN.split(list(steps.sizes), dim=-1))
    return lyapunov(steps.layer, x_BTD, directions=1, state=parted(start_BN.detach()[: len(x_BTD)], like))


def forecast(
    steps: LayerSteps, start_BN: Tensor, form: Form, exact: Form, found: Lyapunov | None, T: int | None = None
) -> Forecast:
    """Predict from the first sequences. Args: found, `exponent_of` them; T, steps of the sequences to predict."""
    T = steps.shape[1] if T is None else T
    λ, error = (None, math.inf) if found is None else (found.largest, found.error)
    if λ is not None and λ >= 0 and T > 2 * FEWEST:
        return Forecast(form, λ, error, T, math.inf)
    rows = slice(0, ROWS)
    counts_LB = pilots(steps.part(rows, slice(None)), start_BN[rows].detach(), form, exact, T)
    return Forecast(form, λ, error, T, continued([_typical(counts_B) for counts_B in counts_LB]))


@torch.no_grad()
def pilots(steps: Steps, start_BN: Tensor, form: Form, exact: Form, T: int) -> list[Tensor]:
    """Iterations on the first T/16, T/8 and T/4 steps of each sequence; infinite where it is not solved.

    Short sequences are solved whole, as the only pilot.
    """
    lengths = [T // 16, T // 8, T // 4] if T // 16 >= LEAST_PILOT else [min(T, steps.shape[1])]
    counts_LB = []
    for length in lengths:
        part = steps.part(slice(None), slice(0, length))
        found = solve(part, start_BN, form, exact, most=most_iterations(T))
        counts_LB.append(torch.where(found.accepted_B, found.iterations_B.double(), math.inf))
    return counts_LB


def _typical(counts_B: Tensor) -> float:
    """The mean over the sequences that were solved; infinite if most of them were not."""
    solved = counts_B[counts_B.isfinite()]
    return float(solved.mean()) if 2 * len(solved) > len(counts_B) else math.inf


def continued(counts: list[float]) -> float:
    """k(4 · the last length) by the power law through numbers of iterations at lengths that double each time."""
    if len(counts) == 1 or not math.isfinite(counts[-1]):
        return counts[-1]
    power = max(0.0, math.log(counts[-1] / counts[0]) / math.log(2 ** (len(counts) - 1)))
    return float(counts[-1] * 4**power)
