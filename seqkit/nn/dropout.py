"""Dropout whose mask is shared over time."""

from __future__ import annotations

from torch import Tensor, nn

from seqkit.nn.draws import draw


class SharedDropout(nn.Module):
    """Variational dropout: one mask for each sentence, the same at every time step (Gal & Ghahramani 2016)."""

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x_BTD: Tensor) -> Tensor:
        """In training, zero features of x_BTD with probability p and scale the rest by 1 / (1 - p)."""
        if not self.training or self.p == 0.0:
            return x_BTD
        shape = (x_BTD.shape[0], 1, x_BTD.shape[2])
        keep_B1D = draw(shape, x_BTD, lambda keep: keep.bernoulli_(1 - self.p))
        return x_BTD * keep_B1D.div_(1 - self.p)
