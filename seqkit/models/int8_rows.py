"""Weights on disk in int8: each row of a matrix has one scale, w ≈ scale · q with whole q from -127 to 127.

A tensor is stored under its own name in int8, and its scales in float32 under the name with `SCALE` behind it. Vectors,
and rows so short that their scales would take more than they save, are stored in float16.

Shapes: Y rows, X numbers of each; tensors of more dimensions are matrices of their first one. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

SCALE = ".int8_scale"
UNITS = 127
SHORTEST = 8
"""Least numbers of a row."""


def is_stored_in_rows(shape: tuple[int, ...]) -> bool:
    """Whether a tensor of this shape is stored in int8."""
    return len(shape) > 1 and int(np.prod(shape[1:])) >= SHORTEST


def rounded(w: Tensor) -> tuple[Tensor, Tensor]:
    """w (Y, …) -> q of its shape in int8, and scale_Y in float32. The largest number of a row is ±127."""
    import torch

    w_YX = w.detach().float().reshape(len(w), -1)
    scale_Y = w_YX.abs().amax(1) / UNITS
    q_YX = (w_YX / scale_Y.clamp(min=torch.finfo(torch.float32).tiny)[:, None]).round_()
    return q_YX.clamp_(-UNITS, UNITS).to(torch.int8).reshape(w.shape), scale_Y


def widened_in_torch(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Tensors of a file with scale · q in float32 instead of q and scale. Raises LookupError for a scale without q."""
    wide = dict(tensors)
    for name in [name for name in tensors if name.endswith(SCALE)]:
        q, scale_Y = tensors[name.removesuffix(SCALE)], wide.pop(name)
        wide[name.removesuffix(SCALE)] = q.float() * scale_Y.reshape(-1, *[1] * (q.dim() - 1))
    return wide


def widened_in_numpy(tensors: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """As `widened_in_torch`, with equal bits."""
    wide = dict(tensors)
    for name in [name for name in tensors if name.endswith(SCALE)]:
        q, scale_Y = tensors[name.removesuffix(SCALE)], wide.pop(name)
        wide[name.removesuffix(SCALE)] = q.astype(np.float32) * scale_Y.reshape(-1, *[1] * (q.ndim - 1))
    return wide
