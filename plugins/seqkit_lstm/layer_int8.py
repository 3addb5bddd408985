"""The LSTM with products in int8, for prediction."""

from __future__ import annotations

import torch
from torch import Tensor

from seqkit.nn.fast_forms import Int8Chain, Prepared
from seqkit.nn.int8 import UNITS, Int8Matrix
from seqkit_lstm.layer import LSTM, Cell, for_one_sigmoid


class Int8LSTM(Int8Chain):
    """The equations of `LSTM`. W, U and z are int8, gates and cell float32; returns z_t in int8.

    Its x_t are the int8 z_t of the layer below, or are prepared, which rounds to float16.
    """

    def __init__(self, lstm: LSTM) -> None:
        super().__init__()
        self._lstm, self.hidden_size = lstm, lstm.hidden_size
        with torch.no_grad():
            W_GD, U_GH = for_one_sigmoid(lstm.W), for_one_sigmoid(lstm.U)
            self._U, self._WU = Int8Matrix.of(U_GH), Int8Matrix.of(torch.cat([W_GD, U_GH], dim=1))
            self._b_1G = for_one_sigmoid(lstm.b).float()[None]

    @torch.no_grad()
    def forward(self, x_BTD: Tensor) -> Tensor:
        T, B = x_BTD.shape[1], x_BTD.shape[0]
        steps = Steps(T, B, self.hidden_size)
        xz_BX = x_BTD.new_zeros(B, x_BTD.shape[2] + self.hidden_size)
        x_BD, z_BH = xz_BX.split([x_BTD.shape[2], self.hidden_size], dim=1)
        for t, x_t_BD in enumerate(x_BTD.unbind(1)):
            x_BD.copy_(x_t_BD)
            self._WU.product(xz_BX, self._b_1G, steps.whole_BG, steps.cell.a_BG)
            z_BH.copy_(steps.take(t))
        return steps.z_TBH.transpose(0, 1)

    def prepare(self, x: Tensor) -> Prepared:
        """W x_t + b with the unrounded W."""
        return tuple(part.half() for part in self._lstm.prepare(x))

    @torch.no_grad()
    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        (Wx_UG,) = prepared_U
        T, B = index_BT.shape[1], index_BT.shape[0]
        steps = Steps(T, B, self.hidden_size)
        narrow_BG = Wx_UG.new_empty(B, Wx_UG.shape[1])
        Wx_BG = torch.empty_like(steps.cell.a_BG)
        z_BH = torch.zeros_like(steps.z_TBH[0])
        for t, index_B in enumerate(index_BT.unbind(1)):
            Wx_BG.copy_(torch.index_select(Wx_UG, 0, index_B, out=narrow_BG))
            self._U.product(z_BH, Wx_BG, steps.whole_BG, steps.cell.a_BG)
            z_BH = steps.take(t)
        return steps.z_TBH.transpose(0, 1)


class Steps:
    """Buffers of the loop over time."""

    def __init__(self, T: int, B: int, H: int) -> None:
        self.cell = Cell(B, H)
        self.whole_BG = torch.empty(B, 4 * H, dtype=torch.int32)
        self.z_TBH = torch.empty(T, B, H, dtype=torch.int8)

    def take(self, t: int) -> Tensor:
        """Finish step t from a_BG of the cell: returns z_BH in int8, stored in z_TBH."""
        return self.z_TBH[t].copy_(self.cell.step().mul_(UNITS).round_())
