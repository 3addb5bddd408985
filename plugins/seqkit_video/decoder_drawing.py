"""Draw the frames of films from objects, and compare them with true frames.

Shapes: B films, F frames, C channels, H rows, W columns, J objects.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seqkit.nn.placement import without_autocast
from seqkit_video.layers_place import place

SHARPEST = 1e-3
"""Minimum distance of probabilities from 0 and 1."""


def drawn_frames(
    cover: Tensor, colours: Tensor, places_BJF2: Tensor, background_CHW: Tensor
) -> tuple[Tensor, Tensor]:
    """Place the pictures of objects over each other and the background.

    Args: cover and colours, of each object, (B J, 1 or C, P, P); background_CHW, before the sigmoid. Returns frames
    with values from 0 to 1, x_BFCHW, and the number of pixels covered twice, (B, F).
    """
    films, objects, frames = places_BJF2.shape[:3]
    height, width = background_CHW.shape[1:]
    with without_autocast(cover):
        patches = torch.cat([cover, cover * colours], dim=1).unflatten(0, (films, objects))
        x_BFCHW = torch.sigmoid(background_CHW).expand(films, frames, -1, -1, -1)
        free_BF1HW, twice_BF = torch.ones_like(x_BFCHW[:, :, :1]), x_BFCHW.new_zeros(films, frames)
        for number in range(objects):
            repeated = patches[:, number, None].expand(-1, frames, -1, -1, -1).flatten(0, 1)
            placed = place(repeated, places_BJF2[:, number].flatten(0, 1), height, width)
            placed = placed.unflatten(0, (films, frames))
            cover_BF1HW = placed[:, :, :1]
            x_BFCHW = placed[:, :, 1:] + (1 - cover_BF1HW) * x_BFCHW
            twice_BF = twice_BF + (cover_BF1HW * (1 - free_BF1HW)).flatten(2).sum(-1)
            free_BF1HW = free_BF1HW * (1 - cover_BF1HW)
    return x_BFCHW, twice_BF


def pixel_nll(x: Tensor, target: Tensor) -> Tensor:
    """Cross entropy of a pixel's value, interpreted as the probability that it is lit."""
    x = x.clamp(SHARPEST, 1 - SHARPEST)
    return -(target * x.log() + (1 - target) * (1 - x).log())
