"""Input vectors of symbols."""

from __future__ import annotations

from torch import Tensor, nn


class SymbolEmbedding(nn.Embedding):
    """x = D^¼ e_y, where the rows e_y are initialised with length 1, as those of an output matrix V that shares them.

    Without the factor, states are near zero at first and attention takes long to learn. With √D, as in Transformers
    (Vaswani et al. 2017, section 3.4), the learning rates of recurrent models change x too much at each update.
    """

    def __init__(self, symbols: int, size: int) -> None:
        super().__init__(symbols, size)
        nn.init.normal_(self.weight, std=size**-0.5)

    def forward(self, y: Tensor) -> Tensor:
        """Symbols of any shape -> vectors in an additional last dimension."""
        return super().forward(y) * self.embedding_dim**0.25
