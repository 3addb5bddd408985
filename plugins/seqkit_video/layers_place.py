"""Place patches on a canvas, and extract them, differentiably in their positions (Gregor et al. 2015, DRAW).

A patch has P × P pixels of the canvas's size. Its place is the position of its centre: y and x in shares of the canvas.
Shapes: N patches, C channels, H rows, W columns, P side of a patch.
"""

from __future__ import annotations

import torch
from torch import Tensor


def shift_matrix(middle_N: Tensor, size: int, side: int) -> Tensor:
    """A_NHP: row h of the canvas is Σ_p A_hp row p of the patch, by linear interpolation; nothing beyond its edge."""
    first_N11 = (middle_N * size - side / 2)[:, None, None]
    rows_H1 = torch.arange(size, device=middle_N.device)[:, None]
    patch_P = torch.arange(side, device=middle_N.device)
    return (1 - (rows_H1 - first_N11 - patch_P).abs()).clamp(min=0)


def place(patches_NCPP: Tensor, places_N2: Tensor, height: int, width: int) -> Tensor:
    """Patches on canvases, zero elsewhere: x_NCHW."""
    side = patches_NCPP.shape[-1]
    down_N1HP = shift_matrix(places_N2[:, 0], height, side)[:, None]
    across_N1PW = shift_matrix(places_N2[:, 1], width, side).transpose(1, 2)[:, None]
    return down_N1HP @ patches_NCPP @ across_N1PW


def cut_out(x_NCHW: Tensor, places_N2: Tensor, side: int) -> Tensor:
    """Extract patches_NCPP at the given places, the transpose of `place`."""
    height, width = x_NCHW.shape[-2:]
    up_N1PH = shift_matrix(places_N2[:, 0], height, side).transpose(1, 2)[:, None]
    across_N1WP = shift_matrix(places_N2[:, 1], width, side)[:, None]
    return up_N1PH @ x_NCHW @ across_N1WP
