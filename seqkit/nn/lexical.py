"""A lexical layer (Nguyen & Chiang 2018): predicts the next symbol from the attended source symbols.

    ℓ = tanh(Σ_s a_s e(x_s))        h = tanh(W ℓ) + ℓ        ŷ = V (o + h) + b

Rare words are translated by this short path, while the state o has to serve all words. The paper has a second output
matrix for h; here V serves both, so that the layer costs X² weights.

Shapes: B sentences, T decoder steps, S source steps, X features of e, O of o.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.affine import Affine


class Lexical(nn.Module):
    """h of each decoder step, to be added to o."""

    def __init__(self, size: int, output_size: int) -> None:
        """Args: size, X; output_size, that of o. Where they differ, h = tanh(W ℓ)."""
        super().__init__()
        self.W = Affine(size, output_size, bias=False)

    def forward(self, a_BTS: Tensor, e_BSX: Tensor) -> Tensor:
        """The attention a_BTS and the vectors of the source symbols -> h_BTO."""
        l_BTX = torch.tanh(torch.bmm(a_BTS, e_BSX.to(a_BTS.dtype)))
        h_BTO: Tensor = torch.tanh(self.W(l_BTX))
        return h_BTO + l_BTX if l_BTX.shape == h_BTO.shape else h_BTO
