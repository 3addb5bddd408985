"""Collect statistics of a layer's states and gates on data: histograms, saturation, norms over time.

Shapes: B sequences, T steps, H features of z_t, N steps of all sequences without padding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from seqkit.inspection.gates import EDGE, activations
from seqkit.inspection.tracing import Trace, every_step

BINS = 20
"""Number of bins of a histogram."""


@dataclass
class Histogram:
    """Histogram of the values of one activation over all steps and features."""

    name: str
    low: float
    high: float
    counts: list[int] = field(default_factory=lambda: [0] * BINS)
    below: int = 0
    """Number of values up to the lower edge, where the derivative nearly vanishes."""
    above: int = 0
    """Number of values from the upper edge on."""
    total: int = 0
    sum: float = 0.0

    @property
    def mean(self) -> float:
        """Mean of the values."""
        return self.sum / max(self.total, 1)

    @property
    def saturated(self) -> float:
        """Share of values beyond either edge."""
        return (self.below + self.above) / max(self.total, 1)

    def add(self, values: Tensor, edges: tuple[float, float]) -> None:
        """Count values. Args: edges, the values beyond which the activation is saturated."""
        counts = torch.histc(values.double(), BINS, self.low, self.high).long().tolist()
        self.counts = [old + new for old, new in zip(self.counts, counts, strict=True)]
        self.below += int((values <= edges[0]).sum())
        self.above += int((values >= edges[1]).sum())
        self.total += values.numel()
        self.sum += float(values.double().sum())


@dataclass
class Norms:
    """Mean ‖z_t‖ by step, as sums and counts."""

    sums: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def add(self, t: int, norms_B: Tensor) -> None:
        """Count the norms of some sequences at a step."""
        while len(self.sums) <= t:
            self.sums.append(0.0)
            self.counts.append(0)
        self.sums[t] += float(norms_B.double().sum())
        self.counts[t] += len(norms_B)

    @property
    def points(self) -> list[tuple[int, float]]:
        """(step from 1, mean norm)."""
        pairs = zip(self.sums, self.counts, strict=True)
        return [(t + 1, total / count) for t, (total, count) in enumerate(pairs) if count]


@dataclass
class StateUse:
    """Histograms of a layer's activations, and norms of each part of its state."""

    histograms: dict[str, Histogram] = field(default_factory=dict)
    norms: dict[str, Norms] = field(default_factory=dict)

    def add(self, trace: Trace, lengths: Sequence[int]) -> None:
        """Add one trace. Args: lengths, of its sequences."""
        real_TB = torch.arange(trace.steps)[:, None] < torch.as_tensor(list(lengths))
        real_N = real_TB.flatten()
        x_ND, state = every_step(trace)
        for one in activations(trace.layer, x_ND[real_N], tuple(part[real_N] for part in state)):
            kind = one.name.split()[0]
            low = -1.0 if kind == "tanh" else 0.0
            histogram = self.histograms.setdefault(one.name, Histogram(one.name, low, 1.0))
            histogram.add(one.values_BH, EDGE[kind])
        self._add_norms(trace, real_TB)

    def _add_norms(self, trace: Trace, real_TB: Tensor) -> None:
        parts = part_names(len(trace.states[0]))
        for t, state in enumerate(trace.states[1:]):
            for name, part_BH in zip(parts, state, strict=True):
                norms_B = part_BH.detach()[real_TB[t]].norm(dim=-1)
                if len(norms_B):
                    self.norms.setdefault(name, Norms()).add(t, norms_B)


def part_names(count: int) -> list[str]:
    """Return the names of the parts of a state: `z`; `z`, `c`; `z`, `2`, `c` …"""
    return ["z", *(str(number + 2) for number in range(count - 2)), *(["c"] if count > 1 else [])]
