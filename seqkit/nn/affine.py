"""W x + b, by the faster of the libraries that torch has for it.

On a CPU torch gives products in float32 to MKL, which on AMD's processors reaches half of what oneDNN does. oneDNN can
be asked where no gradient is followed: the operator has none.
"""

from __future__ import annotations

from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

ONEDNN = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_linear_pointwise")
"""Whether this torch has the operator, which it keeps for its own compiler."""


def affine(x: Tensor, W_YX: Tensor, b_Y: Tensor | None = None) -> Tensor:
    """W x + b for each x of the last dimension, as `F.linear` gives it but for the rounding."""
    if _onednn_takes(x, W_YX):
        return cast(Tensor, torch.ops.mkldnn._linear_pointwise(x, W_YX, b_Y, "none", [], ""))
    return F.linear(x, W_YX, b_Y)


def _onednn_takes(x: Tensor, W_YX: Tensor) -> bool:
    return (
        ONEDNN
        and not torch.is_grad_enabled()
        and x.device.type == "cpu"
        and x.dtype == W_YX.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
    )


class Affine(nn.Linear):
    """`nn.Linear` by `affine`."""

    def forward(self, x: Tensor) -> Tensor:
        return affine(x, self.weight, self.bias)
