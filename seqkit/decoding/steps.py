"""The interface between searches and decoders, ensembles, and forced symbols.

Shapes: B sources, N rows (K = N / B rows for each source), V symbols, T steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Protocol

import torch
from torch import Tensor

from seqkit.decoding.loops import ban_loops

FREE = -1
"""Marks a step without a forced symbol."""
LEAST = -1e4
"""Log-probability of a forced symbol to which a model gives probability 0."""


class Stepper(Protocol):
    """A model that predicts the next symbol."""

    @property
    def end(self) -> int:
        """The symbol that ends an output."""
        ...

    def step(self, previous_N: Tensor | None, state: Any) -> tuple[Tensor, Any]:
        """Compute a step: the symbols just written (None before the first) -> log P(next)_NV and the state.

        The caller may modify log P(next)_NV.
        """
        ...

    def select(self, state: Any, rows_N: Tensor, sources_B: Tensor | None) -> Any:
        """Select the state of rows and, if `sources_B` is given, of these sources only."""
        ...


class Ensemble:
    """An ensemble of decoders with the same symbols: P(next) is the mean of theirs."""

    def __init__(self, decoders: Sequence[Stepper]) -> None:
        self.decoders, self.end = decoders, decoders[0].end

    def step(self, previous_N: Tensor | None, state: Sequence[Any]) -> tuple[Tensor, tuple[Any, ...]]:
        """Compute a step: log of the mean of P(next) over the decoders."""
        steps = [d.step(previous_N, own) for d, own in zip(self.decoders, state, strict=True)]
        log_p_MNV = torch.stack([log_p_NV for log_p_NV, _ in steps])
        return log_p_MNV.logsumexp(0) - math.log(len(steps)), tuple(after for _, after in steps)

    def select(self, state: Sequence[Any], rows_N: Tensor, sources_B: Tensor | None) -> tuple[Any, ...]:
        """Select rows of every decoder's state."""
        return tuple(d.select(own, rows_N, sources_B) for d, own in zip(self.decoders, state, strict=True))


class Forced:
    """Forced symbols: a prefix, and the end symbol of outputs of maximum length; and symbols that would make a loop."""

    def __init__(
        self,
        longest: Sequence[int],
        prefixes: Sequence[Sequence[int]],
        end: int,
        device: torch.device | str = "cpu",
        limits: Sequence[int] | None = None,
    ) -> None:
        """Args: longest, maximum length of each output with the end symbol; prefixes, forced beginnings; device, of
        the decoder's log-probabilities; limits, how often each output may have the same three symbols (None: any
        number).

        Raises ValueError for a prefix that leaves no room for the end symbol.
        """
        self.longest_B = torch.tensor(longest)
        self.symbols_BT = torch.full((len(longest), max(longest, default=0)), FREE)
        for row, (prefix, most) in enumerate(zip(prefixes, longest, strict=True)):
            if len(prefix) >= most:
                raise ValueError(f"a prefix of {len(prefix)} symbols in an output of at most {most}")
            self.symbols_BT[row, : len(prefix)] = torch.tensor(prefix, dtype=torch.long)
        self.symbols_BT[torch.arange(len(longest)), self.longest_B - 1] = end
        self.limits = None if limits is None else list(limits)
        self._any_T = (self.symbols_BT != FREE).any(0).tolist()
        self.longest_B, self.symbols_BT = self.longest_B.to(device), self.symbols_BT.to(device)

    def apply(self, log_p_NV: Tensor, step: int, symbols_NT: Tensor) -> Tensor:
        """Set the probability of all symbols but the forced ones to 0. Args: symbols_NT, what the rows have so far."""
        if self.limits is not None:
            beam = len(log_p_NV) // max(len(self.limits), 1)
            ban_loops(log_p_NV, symbols_NT, [limit for limit in self.limits for _ in range(beam)])
        if not self._any_T[step]:
            return log_p_NV
        sources = len(self.longest_B)
        forced_N = self.symbols_BT[:, step].repeat_interleave(len(log_p_NV) // max(sources, 1))
        rows = (forced_N != FREE).nonzero()[:, 0]
        kept = log_p_NV[rows, forced_N[rows]].clamp(min=LEAST)
        log_p_NV[rows] = -torch.inf
        log_p_NV[rows, forced_N[rows]] = kept
        return log_p_NV

    def select(self, sources_B: Tensor) -> None:
        """Keep these sources only."""
        self.longest_B, self.symbols_BT = self.longest_B[sources_B], self.symbols_BT[sources_B]
        if self.limits is not None:
            self.limits = [self.limits[source] for source in sources_B.tolist()]


def normalised(log_prob: Tensor, length: Tensor | int, penalty: float) -> Tensor:
    """log_prob / length ** penalty."""
    return log_prob / torch.as_tensor(length, dtype=log_prob.dtype, device=log_prob.device) ** penalty
