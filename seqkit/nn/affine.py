"""Affine maps W x + b, computed by the faster of torch's CPU libraries.

torch passes float32 products to MKL, which reaches half of oneDNN's speed on AMD processors. Without a gradient they
go to oneDNN; its operator has no backward pass.

oneDNN compiles code for each number of rows and keeps about 250 kB of it until the process ends. A stream of text has
many different numbers of rows, so inputs are padded with zero rows to one of a few numbers.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
"""Whether this torch has the operator, which is meant for its own compiler."""


BITS = 4
"""Significant binary digits of the numbers of rows that are used: 15, 16, 18 … 30, 32, 36 …"""


def affine(x: Tensor, W_YX: Tensor, b_Y: Tensor | None = None) -> Tensor:
    """W x + b over the last dimension: `F.linear` up to rounding."""
    if torch.is_grad_enabled() or x.device.type != "cpu":
        return F.linear(x, W_YX, b_Y)
    x_NX, rows = padded_rows(x.reshape(-1, x.shape[-1]))
    return product(x_NX, W_YX, b_Y)[:rows].view(*x.shape[:-1], len(W_YX))


def padded_rows(x_NX: Tensor) -> tuple[Tensor, int]:
    """Pad with zero rows to a usual number of rows; return the padded rows and their original number."""
    rows = len(x_NX)
    return (F.pad(x_NX, (0, 0, 0, usual(rows) - rows)) if usual(rows) > rows else x_NX), rows


def usual(rows: int) -> int:
    """The smallest number >= rows with at most BITS significant binary digits."""
    step: int = 2 ** max(0, rows.bit_length() - BITS)
    return -(-rows // step) * step


def product(x_NX: Tensor, W_YX: Tensor, b_Y: Tensor | None = None) -> Tensor:
    """W x + b without padding rows and without gradient."""
    alike = x_NX.dtype == W_YX.dtype == torch.float32
    if ONEDNN and x_NX.device.type == "cpu" and alike and not torch.is_autocast_enabled("cpu"):
        return cast(Tensor, torch.ops.mkldnn._linear_pointwise(x_NX, W_YX, b_Y, "none", [], ""))
    return F.linear(x_NX, W_YX, b_Y)


class Affine(nn.Linear):
    """`nn.Linear`, computed by `affine`."""

    def forward(self, x: Tensor) -> Tensor:
        return affine(x, self.weight, self.bias)
