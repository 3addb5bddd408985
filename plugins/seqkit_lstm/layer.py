"""Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000)."""

from __future__ import annotations

from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from seqkit.nn.affine import affine
from seqkit.nn.fast_forms import Int8Chain, Prepared, PreparedInputs, WithInt8Form
from seqkit.nn.placement import all_real
from seqkit.nn.recurrent import KernelRecurrence, State, state_after

SHUT = 1e4
"""Bias that closes a gate for any other input: sigmoid(-1e4) is 0, sigmoid(1e4) is 1."""


class LSTM(KernelRecurrence, PreparedInputs, WithInt8Form):
    """i, f, o = σ(W x_t + U z_{t-1} + b)        g = tanh(W x_t + U z_{t-1} + b)

    c_t = f c_{t-1} + i g        z_t = o tanh(c_t)        (each gate with its own rows of W, U, b)
    """

    kernel_class = nn.LSTM
    gates: ClassVar[int] = 4
    state_parts: ClassVar[int] = 2

    def reset_parameters(self) -> None:
        """Initialise as every layer, with a forget gate that starts open (Jozefowicz et al. 2015)."""
        super().reset_parameters()
        with torch.no_grad():
            self.kernel.bias_ih_l0.chunk(4)[1].fill_(1.0)

    def keep_bias(self) -> Tensor:
        """The bias of the forget gate f."""
        return cast(Tensor, self.kernel.bias_ih_l0).detach().chunk(4)[1]

    def write_bias(self) -> Tensor:
        """The bias of the input gate i."""
        return cast(Tensor, self.kernel.bias_ih_l0).detach().chunk(4)[0]

    def forward(
        self, x_BTD: Tensor, mask_BT: Tensor | None = None, state: State | None = None
    ) -> tuple[Tensor, State]:
        """Compute all time steps. Packing would be slow; instead padded steps close the input gate and open the forget
        gate, so that the cell keeps its value after the last real step.
        """
        if mask_BT is None or all_real(mask_BT):
            return super().forward(x_BTD, None, state)
        start = self.initial_state(x_BTD) if state is None else state
        gates_4 = x_BTD.new_tensor([-SHUT, SHUT, 0.0, 0.0])
        W_padded = torch.cat([self.W, gates_4.repeat_interleave(self.hidden_size)[:, None]], dim=1)
        x_padded = torch.cat([x_BTD, (~mask_BT)[:, :, None].to(x_BTD.dtype)], dim=-1)
        weights = [W_padded, self.U, self.kernel.bias_ih_l0, self.kernel.bias_hh_l0]
        parts = tuple(part[None].contiguous() for part in start)
        z_BTH, _, c_1BH = torch.lstm(x_padded, parts, weights, True, 1, 0.0, self.training, False, True)
        return z_BTH, (state_after(z_BTH, mask_BT.sum(1), start[0]), c_1BH[0])

    def prepare(self, x: Tensor) -> Prepared:
        """W x_t + b, the gates in the order i, f, o, 2g."""
        return (affine(x, for_one_sigmoid(self.W), for_one_sigmoid(self.b)),)

    @torch.no_grad()
    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        """Loop over time. With W x_t prepared it is faster than the kernel, which computes W x_t for every word."""
        (Wx_UG,), U_HG = prepared_U, for_one_sigmoid(self.U).T
        T, B, H = index_BT.shape[1], index_BT.shape[0], self.hidden_size
        z_TBH = Wx_UG.new_empty(T, B, H)
        a_BG = Wx_UG.new_empty(B, 4 * H)
        # In bfloat16 a sum over many steps loses small terms, so gates and cell stay in float32.
        cell = Cell(B, H, torch.promote_types(a_BG.dtype, torch.float32))
        z_BH = Wx_UG.new_zeros(B, H)
        for t, index_B in enumerate(index_BT.unbind(1)):
            torch.index_select(Wx_UG, 0, index_B, out=a_BG)
            cell.a_BG.copy_(a_BG.addmm_(z_BH, U_HG))
            z_BH = z_TBH[t].copy_(cell.step())
        return z_TBH.transpose(0, 1)

    def in_int8(self) -> Int8Chain:
        from seqkit_lstm.layer_int8 import Int8LSTM

        return Int8LSTM(self)

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        z_BH, c_BH = state
        i, f, g, o = (affine(x_BD, self.W, self.b) + affine(z_BH, self.U)).chunk(4, dim=-1)
        c_BH = torch.sigmoid(f) * c_BH + torch.sigmoid(i) * torch.tanh(g)
        z_BH = torch.sigmoid(o) * torch.tanh(c_BH)
        return z_BH, (z_BH, c_BH)


class Cell:
    """The element-wise part of a step, in place, in buffers that stay in the processor's cache.

    tanh(a) = 2 σ(2a) - 1, and torch's σ takes a fifth of the time of its tanh.
    """

    def __init__(self, B: int, H: int, dtype: torch.dtype = torch.float32) -> None:
        self.a_BG = torch.empty(B, 4 * H, dtype=dtype)
        """Buffer for W x_t + U z_{t-1} + b, with the gates in the order i, f, o, 2g."""
        self._gates = self.a_BG.chunk(4, dim=-1)
        self._twice_c_BH, self._z_BH = torch.zeros(B, H, dtype=dtype), torch.empty(B, H, dtype=dtype)

    def step(self) -> Tensor:
        """Compute z_BH, in a buffer that the next step overwrites."""
        self.a_BG.sigmoid_()
        i, f, o, g = self._gates
        self._twice_c_BH.mul_(f).addcmul_(i, g.sub_(0.5), value=4)
        return torch.sigmoid(self._twice_c_BH, out=self._z_BH).mul_(2).sub_(1).mul_(o)


def for_one_sigmoid(rows: Tensor) -> Tensor:
    """Reorder the rows of the gates i, f, g, o to i, f, o, 2g, so that one σ(2g) replaces tanh(g)."""
    i, f, g, o = rows.chunk(4)
    return torch.cat([i, f, o, 2 * g])
