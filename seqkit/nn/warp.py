"""Pictures a little out of shape, as another hand or another camera would have made them.

Shapes: N pictures that are warped alike, such as the frames of a film; C channels, H rows, W columns; K knots.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

SPACING = 8
"""Rows or columns between two knots."""


def warped(x_NCHW: Tensor, pixels: float, generator: torch.Generator) -> Tensor:
    """Every knot is moved by Gaussian noise, and what lies between them smoothly along (Simard et al. 2003).

    Args: pixels, deviation of the noise. What comes from beyond the edge is the edge's.
    """
    height, width = x_NCHW.shape[-2:]
    knots = (2, *(max(2, round(size / SPACING) + 1) for size in (height, width)))
    moved_2KK = torch.randn(knots, generator=generator) * pixels
    down_HW, right_HW = interpolate(
        moved_2KK[None], size=(height, width), mode="bicubic", align_corners=True
    )[0]
    y_HW = torch.arange(height)[:, None] + down_HW
    x_HW = torch.arange(width)[None, :] + right_HW
    # grid_sample counts from -1 to 1, between the middles of the outermost pixels.
    grid_HW2 = torch.stack([2 * x_HW / max(width - 1, 1) - 1, 2 * y_HW / max(height - 1, 1) - 1], dim=-1)
    grid_NHW2 = grid_HW2.expand(len(x_NCHW), -1, -1, -1)
    return grid_sample(x_NCHW, grid_NHW2, padding_mode="border", align_corners=True)
