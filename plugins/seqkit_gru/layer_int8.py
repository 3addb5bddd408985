"""The GRU with products in int8, for prediction."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from seqkit.nn.affine import affine
from seqkit.nn.fast_forms import Int8Chain, Prepared
from seqkit.nn.int8 import UNITS, Int8Matrix
from seqkit_gru.layer import GRU


class Int8GRU(Int8Chain):
    """The equations of `GRU`. W, U and the z that U multiplies are int8, everything else float32; returns z_t in int8.

    Its x_t are the int8 z_t of the layer below, or are prepared, which rounds to float16.
    """

    def __init__(self, gru: GRU) -> None:
        super().__init__()
        self._gru, self.hidden_size = gru, gru.hidden_size
        with torch.no_grad():
            self._W, self._U = (Int8Matrix.of(for_one_sigmoid(matrix)) for matrix in (gru.W, gru.U))
            self._b_1G, self._c_1G = (
                for_one_sigmoid(bias).float()[None] for bias in (gru.kernel.bias_ih_l0, gru.kernel.bias_hh_l0)
            )

    def forward(self, x_BTD: Tensor) -> Tensor:
        x_TBD = x_BTD.transpose(0, 1).contiguous()
        B, T = x_BTD.shape[:2]
        whole_BG = torch.empty(B, 3 * self.hidden_size, dtype=torch.int32)
        return self._run(T, B, lambda t, Wx_BG: self._W.product(x_TBD[t], self._b_1G, whole_BG, Wx_BG))

    def prepare(self, x: Tensor) -> Prepared:
        """W x_t + b with the unrounded W."""
        W_GD, b_G = for_one_sigmoid(self._gru.W), for_one_sigmoid(self._gru.kernel.bias_ih_l0)
        return (affine(x, W_GD, b_G).half(),)

    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        (Wx_UG,) = prepared_U
        B, T = index_BT.shape
        narrow_BG = Wx_UG.new_empty(B, Wx_UG.shape[1])
        index_TB = index_BT.T
        return self._run(
            T, B, lambda t, Wx_BG: Wx_BG.copy_(torch.index_select(Wx_UG, 0, index_TB[t], out=narrow_BG))
        )

    @torch.no_grad()
    def _run(self, T: int, B: int, fill: Callable[[int, Tensor], Tensor]) -> Tensor:
        """Loop over time, in buffers of one step. Args: fill(t, buffer), writes W x_t + b of step t into a buffer.

        tanh(a) = 2 σ(2a) - 1, and torch's σ takes a fifth of the time of its tanh.
        """
        H = self.hidden_size
        z_TBH = torch.empty(T, B, H, dtype=torch.int8)
        whole_BG = torch.empty(B, 3 * H, dtype=torch.int32)
        Wx_BG, Uz_BG = torch.empty(B, 3 * H), torch.empty(B, 3 * H)
        (Wx_gates, Wx_n), (Uz_gates, Uz_n) = (a_BG.split([2 * H, H], dim=1) for a_BG in (Wx_BG, Uz_BG))
        r, u = Uz_gates.chunk(2, dim=1)
        z_BH, rounded_BH, q_BH = torch.zeros(B, H), torch.empty(B, H), torch.zeros(B, H, dtype=torch.int8)
        for t in range(T):
            fill(t, Wx_BG)
            self._U.product(q_BH, self._c_1G, whole_BG, Uz_BG)
            Uz_gates.add_(Wx_gates).sigmoid_()
            n = Wx_n.addcmul_(r, Uz_n).sigmoid_().mul_(2).sub_(1)
            torch.lerp(n, z_BH, u, out=z_BH)
            q_BH = z_TBH[t].copy_(torch.mul(z_BH, UNITS, out=rounded_BH).round_())
        return z_TBH.transpose(0, 1)


def for_one_sigmoid(rows: Tensor) -> Tensor:
    """Double the rows of n, so that σ(2a) replaces tanh(a)."""
    r, u, n = rows.chunk(3)
    return torch.cat([r, u, 2 * n])
