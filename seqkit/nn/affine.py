"""W x + b, by the faster of the libraries that torch has for it.

On a CPU torch gives products in float32 to MKL, which on AMD's processors reaches half of what oneDNN does. oneDNN can
be asked where no gradient is followed: the operator has none.

oneDNN makes code for each number of rows it meets, and some of it stays until the process ends: a quarter of a megabyte
each. A stream of text brings ever new numbers, so rows of zeros are put below until the number is a usual one.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
"""Whether this torch has the operator, which it keeps for its own compiler."""


BITS = 4
"""A usual number of rows has so many binary digits before its zeros: 15, 16, 18 … 30, 32, 36 …"""


def affine(x: Tensor, W_YX: Tensor, b_Y: Tensor | None = None) -> Tensor:
    """W x + b for each x of the last dimension, as `F.linear` gives it but for the rounding."""
    if torch.is_grad_enabled() or x.device.type != "cpu":
        return F.linear(x, W_YX, b_Y)
    x_NX, rows = padded_rows(x.reshape(-1, x.shape[-1]))
    return product(x_NX, W_YX, b_Y)[:rows].view(*x.shape[:-1], len(W_YX))


def padded_rows(x_NX: Tensor) -> tuple[Tensor, int]:
    """The rows with zeros below, of a usual number, and how many they were."""
    rows = len(x_NX)
    return (F.pad(x_NX, (0, 0, 0, usual(rows) - rows)) if usual(rows) > rows else x_NX), rows


def usual(rows: int) -> int:
    """The least number, not below this one, with BITS binary digits before its zeros."""
    step: int = 2 ** max(0, rows.bit_length() - BITS)
    return -(-rows // step) * step


def product(x_NX: Tensor, W_YX: Tensor, b_Y: Tensor | None = None) -> Tensor:
    """W x + b of just these rows, where no gradient is followed."""
    alike = x_NX.dtype == W_YX.dtype == torch.float32
    if ONEDNN and x_NX.device.type == "cpu" and alike and not torch.is_autocast_enabled("cpu"):
        return cast(Tensor, torch.ops.mkldnn._linear_pointwise(x_NX, W_YX, b_Y, "none", [], ""))
    return F.linear(x_NX, W_YX, b_Y)


class Affine(nn.Linear):
    """`nn.Linear` by `affine`."""

    def forward(self, x: Tensor) -> Tensor:
        return affine(x, self.weight, self.bias)
