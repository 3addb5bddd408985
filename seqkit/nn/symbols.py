"""Vectors of symbols that are read or written one by one."""

from __future__ import annotations

from torch import Tensor, nn


class SymbolEmbedding(nn.Embedding):
    """x = D^¼ e_y, where the rows e_y begin with length 1, as rows of an output matrix V do, which may share them.

    Without a factor the states of an encoder begin near zero, and attention, which compares states, takes long to
    begin; with Transformers' √D (Vaswani et al. 2017, section 3.4) the rates that suit a recurrence move x too far.
    """

    def __init__(self, symbols: int, size: int) -> None:
        super().__init__(symbols, size)
        nn.init.normal_(self.weight, std=size**-0.5)

    def forward(self, y: Tensor) -> Tensor:
        """Symbols of any shape -> their vectors, in one more dimension."""
        return super().forward(y) * self.embedding_dim**0.25
