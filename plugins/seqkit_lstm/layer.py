"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000)."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import KernelRecurrence, State, last_real

SHUT = 1e4
"""What closes a gate whatever else it is told: sigmoid(-1e4) is 0, sigmoid(1e4) is 1."""


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

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """As every layer's. Packing would be slow; instead padded steps shut the input gate and hold the forget gate
        open, so that the cell keeps what it had after the last real step.
        """
        if mask_BT is None or bool(mask_BT.all()):
            return super().forward(x_BTD, None, state)
        start = self.initial_state(x_BTD) if state is None else state
        gates_4 = x_BTD.new_tensor([-SHUT, SHUT, 0.0, 0.0])
        W_padded = torch.cat([self.W, gates_4.repeat_interleave(self.hidden_size)[:, None]], dim=1)
        x_padded = torch.cat([x_BTD, (~mask_BT)[:, :, None].to(x_BTD.dtype)], dim=-1)
        weights = [W_padded, self.U, self.kernel.bias_ih_l0, self.kernel.bias_hh_l0]
        parts = tuple(part[None].contiguous() for part in start)
        z_BTH, _, c_1BH = torch.lstm(x_padded, parts, weights, True, 1, 0.0, self.training, False, True)
        return z_BTH, (last_real(z_BTH, mask_BT.sum(1)), c_1BH[0])

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH, c_BH = state
        i, f, g, o = (x_BD @ self.W.T + z_BH @ self.U.T + self.b).chunk(4, dim=-1)
        c_BH = torch.sigmoid(f) * c_BH + torch.sigmoid(i) * torch.tanh(g)
        z_BH = torch.sigmoid(o) * torch.tanh(c_BH)
        return z_BH, (z_BH, c_BH)
