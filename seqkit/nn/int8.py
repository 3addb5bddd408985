"""Matrix products in int8. With VNNI they take half the time of bfloat16 and an eighth of float32.

A matrix has one scale for each output. States of gated layers lie between -1 and 1, which is 127 units.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import torch
from torch import Tensor, nn

from seqkit.nn.affine import padded_rows

FAST = torch.backends.cpu.get_cpu_capability() == "AVX512" and torch.cpu._is_vnni_supported()
"""Whether oneDNN's int8 products are fast and exact on this processor. Without VNNI it adds pairs of products in 16
bits, which overflow. Then the same integers are multiplied in float32, which is exact: a sum of a thousand products
stays below 2^24."""
UNITS = 127
"""The integer of a state of 1."""


class Int8Matrix(NamedTuple):
    """A matrix W ≈ scale · q with one scale for each output, which includes the scale of int8 states."""

    q_XY: Tensor
    unit_Y: Tensor

    @classmethod
    def of(cls, W_YX: Tensor) -> Self:
        """Quantise W so that the largest weight of each output is 127 units."""
        largest_Y = W_YX.float().abs().amax(1).clamp(min=torch.finfo(torch.float32).tiny)
        q_YX = (W_YX.float() / largest_Y[:, None]).mul_(UNITS).round_().to(torch.int8)
        q_XY = q_YX.T.contiguous()
        return cls(q_XY if FAST else q_XY.float(), largest_Y / UNITS**2)

    def product(self, z_BX: Tensor, b_BY: Tensor, whole_BY: Tensor, out_BY: Tensor) -> Tensor:
        """Compute W z + b into out_BY (float32). Args: z_BX in int8; b_BY; whole_BY, a buffer in int32."""
        if self.q_XY.dtype == torch.int8:
            out_BY.copy_(torch._int_mm(z_BX, self.q_XY, out=whole_BY))
        else:
            torch.mm(z_BX.float(), self.q_XY, out=out_BY)
        return torch.addcmul(b_BY, out_BY, self.unit_Y, out=out_BY)


class Int8Affine(nn.Module):
    """An affine map of int8 states, for prediction."""

    def __init__(self, affine: nn.Linear) -> None:
        super().__init__()
        with torch.no_grad():
            self._W = Int8Matrix.of(affine.weight)
            self._b_1Y = affine.bias.float()[None]

    def forward(self, z: Tensor) -> Tensor:
        """W z + b over the last dimension of z (int8), in float32."""
        z_NX, rows = padded_rows(z.reshape(-1, z.shape[-1]))
        out_NY = torch.empty(len(z_NX), self._b_1Y.shape[1])
        self._W.product(z_NX, self._b_1Y, torch.empty_like(out_NY, dtype=torch.int32), out_NY)
        return out_NY[:rows].view(*z.shape[:-1], -1)


def real(z: Tensor) -> Tensor:
    """Convert states of any number format to float32."""
    return z.float() if z.is_floating_point() else z.float().mul_(1 / UNITS)
