"""Pictures a little out of shape, as another hand or another camera would have made them.

Shapes: N pictures that are warped alike, such as the frames of a film; C channels, H rows, W columns; K knots.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

SPACING = 8
"""Rows or columns between two knots."""
SLANT, WIDTHS, HEIGHT = 0.12, 0.12, 0.05
"""For a noise of one pixel, deviations of: columns that a row lies to the right of the row above; the logarithm of how
wide a stretch of two knots becomes, beside the others; that of how high all becomes."""


def warped(x_NCHW: Tensor, pixels: float, generator: torch.Generator) -> Tensor:
    """Every knot is moved by Gaussian noise, and what lies between them smoothly along (Simard et al. 2003).

    On top of that all is slanted, made higher or lower, and wider here and narrower there; the ends stay in place.

    Args: pixels, deviation of the noise; the rest grows with it. What comes from beyond the edge is the edge's.
    """
    height, width = x_NCHW.shape[-2:]
    down_HW, right_HW = pixels * _smooth_noise(2, height, width, generator)
    slant, higher = (pixels * torch.randn(2, generator=generator)).unbind()
    from_middle_H1 = torch.arange(height)[:, None] - (height - 1) / 2
    y_HW = (height - 1) / 2 + torch.exp(HEIGHT * higher) * from_middle_H1 + down_HW
    x_HW = _stretched(width, WIDTHS * pixels, generator) + SLANT * slant * from_middle_H1 + right_HW
    # grid_sample counts from -1 to 1, between the middles of the outermost pixels.
    grid_HW2 = torch.stack([2 * x_HW / max(width - 1, 1) - 1, 2 * y_HW / max(height - 1, 1) - 1], dim=-1)
    grid_NHW2 = grid_HW2.expand(len(x_NCHW), -1, -1, -1)
    return grid_sample(x_NCHW, grid_NHW2, padding_mode="border", align_corners=True)


def _smooth_noise(fields: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """Gaussian of deviation 1 at the knots, (fields, H, W)."""
    knots = [max(2, round(size / SPACING) + 1) for size in (height, width)]
    noise_FKK = torch.randn(fields, *knots, generator=generator)
    return interpolate(noise_FKK[None], size=(height, width), mode="bicubic", align_corners=True)[0]


def _stretched(width: int, deviation: float, generator: torch.Generator) -> Tensor:
    """Where each column comes from, x_W: from 0 to the last in steps that grow and shrink smoothly."""
    knots = torch.randn(1, 1, max(2, round(width / SPACING / 2) + 1), generator=generator)
    steps_W = interpolate(deviation * knots, size=width, mode="linear", align_corners=True)[0, 0].exp()
    x_W = steps_W.cumsum(0) - steps_W[0]
    return x_W * ((width - 1) / max(float(x_W[-1]), 1.0))
