"""minGRU (Feng et al. 2024, section 3.1): a gated recurrent unit without U."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import Recurrence, State


class MinGRU(Recurrence):
    """u = σ(W_u x_t + b_u)        n = W_n x_t + b_n        z_t = (1 - u) z_{t-1} + u n"""

    def __init__(self, input_size: int, hidden_size: int) -> None:
        super().__init__(input_size, hidden_size)
        self.gate = nn.Linear(input_size, hidden_size)
        self.candidate = nn.Linear(input_size, hidden_size)

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        (z_BH,) = state
        u = torch.sigmoid(self.gate(x_BD))
        z_BH = (1 - u) * z_BH + u * self.candidate(x_BD)
        return z_BH, (z_BH,)
