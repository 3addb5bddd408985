"""Frames as tensors, and convolutions over one frame at a time.

Shapes: B films, N films times frames, F frames, C channels, H rows, W columns, D features.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate

from seqkit.media import LUMA, Film

TOGETHER = 4
"""Frames in a block that is scaled: 32-bit values need several times the memory of the original bytes."""
STRONGEST = 8
"""Maximum number of groups of a group norm."""
PATCH = 4
"""Distance of the patches of the first convolution, in rows and columns."""


def frames_tensor(film: Film, height: int, width: int, channels: int) -> Tensor:
    """Scale a film, values from 0 to 1: x_FCHW."""
    frames = film.frames_FHWC
    scaled = [
        _scaled(frames[first : first + TOGETHER], height, width, channels)
        for first in range(0, len(frames), TOGETHER)
    ]
    return torch.cat(scaled)


def _scaled(frames_FHWC: NDArray[np.uint8], height: int, width: int, channels: int) -> Tensor:
    # Copied, because the array may be read-only, which torch does not support.
    x_FCHW = torch.from_numpy(np.array(frames_FHWC)).permute(0, 3, 1, 2).float() / 255
    if x_FCHW.shape[1] == 3 and channels == 1:
        x_FCHW = (x_FCHW * torch.tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    x_FCHW = x_FCHW.expand(-1, channels, -1, -1)
    if tuple(x_FCHW.shape[2:]) == (height, width):
        return x_FCHW
    return interpolate(x_FCHW, size=(height, width), mode="bilinear", antialias=True)


def batch_of(films: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
    """Pad films on the right with black frames: x_BFCHW, and the number of frames of each."""
    lengths_B = torch.tensor([len(film) for film in films])
    return nn.utils.rnn.pad_sequence(list(films), batch_first=True), lengths_B


def with_differences(x_BFCHW: Tensor) -> Tensor:
    """Append to each frame its difference from the previous one, x_BF(2C)HW; 0 at the first."""
    change_BFCHW = x_BFCHW.clone()
    change_BFCHW[:, 1:] -= x_BFCHW[:, :-1]
    change_BFCHW[:, 0] = 0
    return torch.cat([x_BFCHW, change_BFCHW], dim=2)


def groups_of(channels: int) -> int:
    """Number of groups of a group norm for a number of channels."""
    return next(groups for groups in range(min(STRONGEST, channels), 0, -1) if channels % groups == 0)


class FrameConvolutions(nn.Sequential):
    """3×3 convolutions of stride 2, with group norm: x_NCHW -> features of a grid."""

    def __init__(self, input_channels: int, channels: Sequence[int]) -> None:
        super().__init__()
        for before, after in pairwise([input_channels, *channels]):
            self.append(nn.Conv2d(before, after, 3, stride=2, padding=1))
            self.append(nn.GroupNorm(groups_of(after), after))
            self.append(nn.ReLU())


class FrameFeatures(nn.Sequential):
    """Features around each eighth row and column: x_NCHW -> features of a grid.

    The first convolution reads a patch at every fourth row and column; two convolutions of stride 2 in its place learn
    less in the same time.
    """

    def __init__(self, input_channels: int, channels: int, deep_channels: int) -> None:
        super().__init__(
            nn.Conv2d(input_channels, channels, 2 * PATCH, stride=PATCH, padding=PATCH // 2),
            nn.GroupNorm(groups_of(channels), channels),
            nn.ReLU(),
            *FrameConvolutions(channels, [deep_channels]),
            FrameBlock(deep_channels),
        )


class FrameBlock(nn.Module):
    """x + f(x), f two 3×3 convolutions (He et al. 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(groups_of(channels), channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(groups_of(channels), channels),
        )

    def forward(self, x_NCHW: Tensor) -> Tensor:
        """Returns a tensor of the same shape."""
        return torch.relu(x_NCHW + self.inner(x_NCHW))


def halved(size: int, times: int) -> int:
    """Number of rows after convolutions of stride 2."""
    for _ in range(times):
        size = (size + 1) // 2
    return size
