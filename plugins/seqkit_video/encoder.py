"""The video encoder: convolutions over each frame x_t, z_t = h(W_e x_t + U_e z_{t-1}) over the frames.

What changed since the frame before is read beside the frame. x_t says what is seen anywhere (the largest of each
feature over the grid that convolutions leave), and where (the grid, narrowed).
Shapes: B films, N films times frames, F frames, C channels, H rows, W columns, X of x_t, D of z_t.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqkit.formats.media import Film
from seqkit.models.contracts import Memory
from seqkit.nn.deep import DeepEncoder
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import mask_of
from seqkit.nn.warp import warped
from seqkit_video.facts import VideoFacts
from seqkit_video.layers import PATCH, FrameFeatures, batch_of, frames_tensor, halved, with_differences


class VideoBatch(NamedTuple):
    """Films, values from 0 to 1, padded on the right."""

    x_BFCHW: Tensor
    lengths_B: Tensor


class VideoEncoder(nn.Module):
    """Films -> Memory, a step for every frame."""

    unit = "frames"
    """What runs along a picture of attention."""

    def __init__(self, options: Any, facts: VideoFacts) -> None:
        super().__init__()
        self.options, self.shape = options, facts.shape
        channels = options.video_channels
        self.convolutions = FrameFeatures(2 * self.shape.channels, channels, 2 * channels)
        self.what = nn.Conv2d(2 * channels, 6 * channels, 1)
        self.coarse = nn.MaxPool2d(2, ceil_mode=True)
        grid = math.prod(halved(size // PATCH, 2) for size in (self.shape.height, self.shape.width))
        self.where = nn.Linear(2 * channels * grid, options.video_features)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = DeepEncoder.of(options, 6 * channels + options.video_features)
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def lengths(self, inputs: Sequence[Film]) -> list[int]:
        """Frames of each film."""
        return [len(film.frames_FHWC) for film in inputs]

    def parts(self, input: Film) -> list[Film]:
        """The film; none where it has no frame."""
        return [input] if len(input.frames_FHWC) else []

    def collate(self, inputs: Sequence[Film], seed: int | None = None) -> VideoBatch:
        """Films as one batch; with a seed, each is warped a little, all its frames alike."""
        shape = self.shape
        films = [frames_tensor(film, shape.height, shape.width, shape.channels) for film in inputs]
        if seed is not None and self.options.video_warp:
            pixels, generator = self.options.video_warp * shape.height, torch.Generator().manual_seed(seed)
            films = [warped(x_FCHW, pixels, generator) for x_FCHW in films]
        return VideoBatch(*batch_of(films))

    def forward(self, batch: VideoBatch) -> Memory:
        films, frames = batch.x_BFCHW.shape[:2]
        grid_NCHW = self.convolutions(with_differences(batch.x_BFCHW).flatten(0, 1))
        what_NC = torch.relu(self.what(grid_NCHW).amax((2, 3)))
        where_NX = torch.relu(self.where(self.coarse(grid_NCHW).flatten(1)))
        x_BFX = torch.cat([what_NC, where_NX], dim=1).view(films, frames, -1)
        real_BF = mask_of(batch.lengths_B, frames)
        mask_BF = None if bool(real_BF.all()) else real_BF
        z_BFD, final = self.network(self.input_dropout(x_BFX), mask_BF)
        return Memory(z_BFD, mask_BF, final)

    def labels(self, input: Film) -> list[str]:
        """`frame 3`."""
        return [f"frame {number + 1}" for number in range(len(input.frames_FHWC))]

    def view(self, input: Film) -> NDArray[np.uint8]:
        """The frames side by side."""
        row_HWC = np.concatenate(list(input.frames_FHWC), axis=1)
        return row_HWC[:, :, 0] if row_HWC.shape[2] == 1 else row_HWC
