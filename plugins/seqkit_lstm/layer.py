"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import KernelRecurrence, State


class LSTM(KernelRecurrence):
    """i, f, o = σ(W x_t + U z_{t-1} + b)        g = tanh(W x_t + U z_{t-1} + b)

    c_t = f c_{t-1} + i g        z_t = o tanh(c_t)        (each gate with its own rows of W, U, b)
    """

    kernel_class = nn.LSTM
    gates: ClassVar[int] = 4
    state_parts: ClassVar[int] = 2

    def reset_parameters(self) -> None:
        """As every layer's, but the forget gate starts open (Jozefowicz et al. 2015)."""
        super().reset_parameters()
        with torch.no_grad():
            self.kernel.bias_ih_l0.chunk(4)[1].fill_(1.0)

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH, c_BH = state
        i, f, g, o = (x_BD @ self.W.T + z_BH @ self.U.T + self.b).chunk(4, dim=-1)
        c_BH = torch.sigmoid(f) * c_BH + torch.sigmoid(i) * torch.tanh(g)
        z_BH = torch.sigmoid(o) * torch.tanh(c_BH)
        return z_BH, (z_BH, c_BH)
