"""The plain recurrent layer (Elman 1990)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.affine import affine
from seqkit.nn.recurrent import KernelRecurrence, State


class RNN(KernelRecurrence):
    """z_t = tanh(W x_t + U z_{t-1} + b)."""

    kernel_class = nn.RNN

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        (z_BH,) = state
        z_BH = torch.tanh(affine(x_BD, self.W, self.b) + affine(z_BH, self.U))
        return z_BH, (z_BH,)
