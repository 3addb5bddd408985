"""Gated recurrent unit (Cho et al. 2014), in torch's form, with r after U."""

from __future__ import annotations

from typing import ClassVar, cast

import torch
from torch import Tensor, nn

from seqkit.nn.affine import affine
from seqkit.nn.fast_forms import Int8Chain, WithInt8Form
from seqkit.nn.recurrent import KernelRecurrence, State


class GRU(KernelRecurrence, WithInt8Form):
    """r, u = σ(W x_t + U z_{t-1} + b)        n = tanh(W x_t + b + r (U z_{t-1} + b'))

    z_t = (1 - u) n + u z_{t-1}        (each gate with its own rows of W, U, b)
    """

    kernel_class = nn.GRU
    gates: ClassVar[int] = 3

    def in_int8(self) -> Int8Chain:
        from seqkit_gru.layer_int8 import Int8GRU

        return Int8GRU(self)

    def keep_bias(self) -> Tensor:
        """The bias of u, which multiplies z_{t-1}."""
        return cast(Tensor, self.kernel.bias_ih_l0).detach().chunk(3)[1]

    def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
        (z_BH,) = state
        Wr, Wu, Wn = affine(x_BD, self.W, self.kernel.bias_ih_l0).chunk(3, dim=-1)
        Ur, Uu, Un = affine(z_BH, self.U, self.kernel.bias_hh_l0).chunk(3, dim=-1)
        r, u = torch.sigmoid(Wr + Ur), torch.sigmoid(Wu + Uu)
        n = torch.tanh(Wn + r * Un)
        z_BH = (1 - u) * n + u * z_BH
        return z_BH, (z_BH,)
