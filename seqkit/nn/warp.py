"""Smooth random warping of pictures, as data augmentation.

Shapes: N pictures with the same warp, such as the frames of a film; C channels, H rows, W columns; K knots.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import grid_sample, interpolate

SPACING = 8
"""Rows or columns between two knots."""
SLANT, WIDTHS, HEIGHT = 0.12, 0.12, 0.05
"""Standard deviations for noise of one pixel: shift of a row against the row above, in columns; log of the relative
width of a stretch of two knots; log of the height."""


def warped(x_NCHW: Tensor, pixels: float, generator: torch.Generator) -> Tensor:
    """Move each knot by Gaussian noise and interpolate smoothly between knots (Simard et al. 2003).

    The picture is also slanted, scaled in height, and stretched locally in width; its ends stay in place.

    Args: pixels, standard deviation of the noise; other changes grow with it. Edges are repeated beyond the picture.
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
    """Noise that is standard normal at the knots, (fields, H, W)."""
    knots = [max(2, round(size / SPACING) + 1) for size in (height, width)]
    noise_FKK = torch.randn(fields, *knots, generator=generator)
    return interpolate(noise_FKK[None], size=(height, width), mode="bicubic", align_corners=True)[0]


def _stretched(width: int, deviation: float, generator: torch.Generator) -> Tensor:
    """Source column of each column, x_W, from 0 to the last in steps of smoothly varying size."""
    knots = torch.randn(1, 1, max(2, round(width / SPACING / 2) + 1), generator=generator)
    steps_W = interpolate(deviation * knots, size=width, mode="linear", align_corners=True)[0, 0].exp()
    x_W = steps_W.cumsum(0) - steps_W[0]
    return x_W * ((width - 1) / max(float(x_W[-1]), 1.0))
