"""The video encoder: convolutions over each frame x_t, z_t = h(W_e x_t + U_e z_{t-1}) over the frames.

What changed since the frame before is read beside the frame. The grid that convolutions leave is kept as it is, not
averaged: where something is matters, and how it moves.
Shapes: B films, F frames, C channels, H rows, W columns, X of x_t, D of z_t.
"""

from __future__ import annotations

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
from seqkit_video.facts import VideoFacts
from seqkit_video.layers import FrameConvolutions, batch_of, frames_tensor, halved, with_differences

HALVINGS = 4


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
        channels = [options.video_channels * number for number in range(1, HALVINGS + 1)]
        self.convolutions = FrameConvolutions(2 * self.shape.channels, channels)
        grid = halved(self.shape.height, HALVINGS) * halved(self.shape.width, HALVINGS)
        self.narrow = nn.Linear(channels[-1] * grid, options.video_features)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = DeepEncoder.of(options, options.video_features)
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def lengths(self, inputs: Sequence[Film]) -> list[int]:
        """Frames of each film."""
        return [len(film.frames_FHWC) for film in inputs]

    def parts(self, input: Film) -> list[Film]:
        """The film; none where it has no frame."""
        return [input] if len(input.frames_FHWC) else []

    def collate(self, inputs: Sequence[Film], seed: int | None = None) -> VideoBatch:
        """Films as one batch. Nothing is random about it."""
        shape = self.shape
        films = [frames_tensor(film, shape.height, shape.width, shape.channels) for film in inputs]
        return VideoBatch(*batch_of(films))

    def forward(self, batch: VideoBatch) -> Memory:
        films, frames = batch.x_BFCHW.shape[:2]
        grid_NCHW = self.convolutions(with_differences(batch.x_BFCHW).flatten(0, 1))
        x_BFX = torch.relu(self.narrow(grid_NCHW.flatten(1))).view(films, frames, -1)
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
