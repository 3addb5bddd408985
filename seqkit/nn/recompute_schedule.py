"""When to keep a state and when to compute it again, so that back-propagation through time fits into memory.

Gruslys et al. 2016 (arXiv:1606.03401), with only the hidden state kept at a checkpoint and everything kept within the
segment that is being back-propagated. Time is cut into at most BLOCKS blocks, memory into LEVELS units, and

    C(t, m) = t                                             where the activations of t blocks fit into m
    C(t, m) = min_y  y + C(t - y, m - s) + C(y, m)          else: keep the state after y blocks

is the number of blocks that are computed again. In the forward pass the first walk along the blocks is made anyway, and
what is kept last need not be computed again:

    G(t, m) = 0 where t blocks fit into m, else min_y  G(t - y, m - s) + C(y, m)

Many schedules compute as few blocks again. Each call of a layer takes a fixed time, so the one with the fewest calls is
chosen: every call adds CALL to its cost.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

BLOCKS = 96
LEVELS = 192
NEVER = 1e18
CALL = 1e-6
"""Cost of a call, in blocks: it decides between schedules that compute equally many blocks again."""


@dataclass(frozen=True)
class Sizes:
    """Bytes that one layer needs on one batch."""

    steps: int
    """T."""
    fixed: int
    """Kept by a segment of any length."""
    a_step: int
    """Kept by each step of a segment that is to be back-propagated."""
    state: int
    """Kept at a checkpoint."""

    @property
    def whole(self) -> int:
        """Kept by plain back-propagation."""
        return self.fixed + self.a_step * self.steps


@dataclass(frozen=True)
class Schedule:
    """How one layer is back-propagated within a budget."""

    block: int
    """Steps of a block."""
    spine: tuple[tuple[int, int], ...]
    """(blocks, units of memory) of each segment whose end the forward pass keeps; what follows them is kept whole."""
    recomputed: float
    """Share of the steps that are computed again, counted as often as they are."""
    _fits: NDArray[np.int64]
    """Units of memory that t blocks take."""
    _split: NDArray[np.int64]
    """The best y for (t, m); 0 if t blocks are back-propagated together."""
    _kept: int
    """Units of a checkpoint."""

    def split(self, blocks: int, units: int) -> int:
        """Blocks before the next checkpoint; 0: back-propagate all of them together."""
        return 0 if self._fits[blocks] <= units else int(self._split[blocks, units])

    def below(self, units: int) -> int:
        """Units that are left after a checkpoint."""
        return units - self._kept


@lru_cache(maxsize=256)
def schedule(sizes: Sizes, budget: int) -> Schedule | None:
    """The cheapest schedule within `budget` bytes; None if there is none."""
    if budget <= 0:
        return None
    block = math.ceil(sizes.steps / BLOCKS)
    blocks = math.ceil(sizes.steps / block)
    unit = max(budget / LEVELS, 1.0)
    levels = int(budget // unit)
    kept = max(1, math.ceil(sizes.state / unit))
    counts = np.arange(blocks + 1)
    steps = np.minimum(counts * block, sizes.steps)
    fits = np.ceil((sizes.fixed + sizes.a_step * steps) / unit).astype(np.int64)
    cost, split = _table(blocks, levels, kept, fits)
    total, spine = _spine(blocks, levels, kept, fits, cost)
    if total >= NEVER:
        return None
    return Schedule(block, spine, math.floor(total) / blocks, fits, split, kept)


def _table(
    blocks: int, levels: int, kept: int, fits: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """C(t, m) and the y that reaches it."""
    cost = np.full((blocks + 1, levels + 1), NEVER)
    split = np.zeros((blocks + 1, levels + 1), np.int64)
    cost[0] = 0
    for t in range(1, blocks + 1):
        whole = np.arange(levels + 1) >= fits[t]
        best, at = np.full(levels + 1, NEVER), np.zeros(levels + 1, np.int64)
        if t > 1:
            y = np.arange(1, t)
            after = np.full((t - 1, levels + 1), NEVER)
            after[:, kept:] = cost[t - y][:, : levels + 1 - kept]
            every = y[:, None] + CALL + after + cost[y]
            at, best = every.argmin(0) + 1, every.min(0)
        cost[t] = np.where(whole, t + CALL, np.minimum(best, NEVER))
        split[t] = np.where(whole, 0, at)
    return cost, split


def _spine(
    blocks: int, levels: int, kept: int, fits: NDArray[np.int64], cost: NDArray[np.float64]
) -> tuple[float, tuple[tuple[int, int], ...]]:
    """G(blocks, levels), and the segments before what is kept whole."""
    best = np.full((blocks + 1, levels + 1), NEVER)
    first = np.zeros((blocks + 1, levels + 1), np.int64)
    best[0] = 0
    for t in range(1, blocks + 1):
        segment = np.arange(1, t + 1)
        after = np.full((t, levels + 1), NEVER)
        after[:, kept:] = best[t - segment][:, : levels + 1 - kept]
        every = after + CALL + cost[segment]
        whole = np.arange(levels + 1) >= fits[t]
        first[t] = np.where(whole, 0, every.argmin(0) + 1)
        best[t] = np.where(whole, 0.0, every.min(0))
    spine: list[tuple[int, int]] = []
    left, units = blocks, levels
    while left and best[left, units] < NEVER and first[left, units]:
        before = int(first[left, units])
        spine.append((before, units))
        left, units = left - before, units - kept
    return float(best[blocks, levels]), tuple(spine)


def least_budget(sizes: Sizes) -> int:
    """Bytes for which there always is a schedule: one block that is back-propagated and one checkpoint, rounded up."""
    block = math.ceil(sizes.steps / BLOCKS)
    needed = sizes.fixed + sizes.a_step * block + sizes.state
    return min(sizes.whole, math.ceil(needed * LEVELS / (LEVELS - 2)) + 1)
