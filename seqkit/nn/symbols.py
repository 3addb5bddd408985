"""Vectors of symbols that are read or written one by one."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn


class SymbolEmbedding(nn.Embedding):
    """x = √D e_y (Vaswani et al. 2017, section 3.4): what is read has a variance of 1, the rows e_y a length of 1.

    Rows as short as that are good rows of an output matrix V, which may share them; what a recurrence reads must be
    larger, or its states start near zero, and attention, which compares states, takes long to begin.
    """

    def __init__(self, symbols: int, size: int) -> None:
        super().__init__(symbols, size)
        nn.init.normal_(self.weight, std=size**-0.5)

    def forward(self, y: Tensor) -> Tensor:
        """Symbols of any shape -> their vectors, in one more dimension."""
        return F.embedding(y, self.weight) * self.embedding_dim**0.5
