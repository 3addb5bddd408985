"""The video encoder: convolutions over each frame x_t, z_t = h(W_e x_t + U_e z_{t-1}) over the frames.

Each frame is read with its difference from the previous one. x_t has the maximum of each feature over the grid of the
convolutions, and a projection of the grid. It does not show which of two objects moves how, so with `video_places` the
grid cells are steps of the memory, too.
Shapes: B films, N films times frames, F frames, C channels, H rows, W columns, P places, X of x_t, D of z_t.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqkit.media import Film
from seqkit.models.contracts import Memory
from seqkit.models.modalities import Encoder
from seqkit.models.networks import recurrent_encoder
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.placement import all_real
from seqkit.nn.recurrent import mask_of
from seqkit.nn.warp import warped
from seqkit_video.facts import VideoFacts
from seqkit_video.layers import PATCH, FrameFeatures, batch_of, frames_tensor, halved, with_differences


class VideoBatch(NamedTuple):
    """Films with values from 0 to 1, padded on the right."""

    x_BFCHW: Tensor
    lengths_B: Tensor


class Places(nn.Module):
    """States of grid cells: tanh(W c + row + column), where c are the features of the cell."""

    def __init__(self, input_size: int, output_size: int, grid: tuple[int, ...]) -> None:
        super().__init__()
        rows, columns = grid
        self.W = nn.Linear(input_size, output_size)
        self.row_H1D = nn.Parameter(torch.randn(rows, 1, output_size) * output_size**-0.5)
        self.column_1WD = nn.Parameter(torch.randn(1, columns, output_size) * output_size**-0.5)

    def forward(self, c_NCHW: Tensor) -> Tensor:
        """Features of a grid -> states_NPD of its cells, row by row."""
        placed_NHWD = self.W(c_NCHW.permute(0, 2, 3, 1)) + self.row_H1D + self.column_1WD
        return torch.tanh(placed_NHWD).flatten(1, 2)


class VideoEncoder(Encoder):
    """Encodes films as a Memory with a step for each frame that is read and, with `video_places`, each grid cell."""

    unit = "frames"
    """Axis label of an attention plot."""

    def __init__(self, options: Any, facts: VideoFacts) -> None:
        super().__init__()
        self.options, self.shape = options, facts.shape
        channels = options.video_channels
        self.convolutions = FrameFeatures(2 * self.shape.channels, channels, 2 * channels)
        self.what = nn.Conv2d(2 * channels, 6 * channels, 1)
        self.coarse = nn.MaxPool2d(2, ceil_mode=True)
        places = tuple(halved(size // PATCH, 1) for size in (self.shape.height, self.shape.width))
        grid = math.prod(halved(size, 1) for size in places)
        self.where = nn.Linear(2 * channels * grid, options.video_features)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_encoder(options, 6 * channels + options.video_features)
        self.places = Places(6 * channels, options.hidden, places) if options.video_places else None
        self.states_a_label = 1 + math.prod(places) if options.video_places else 1
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def lengths(self, inputs: Sequence[Film]) -> list[int]:
        """Number of frames of each film that are read."""
        return [-(-len(film.frames_FHWC) // self.options.video_every) for film in inputs]

    def parts(self, input: Film) -> list[Film]:
        """The film; an empty list if it has no frame."""
        return [input] if len(input.frames_FHWC) else []

    def collate(self, inputs: Sequence[Film], seed: int | None = None) -> VideoBatch:
        """Batch films; with a seed, warp each at random, with one warp for all its frames."""
        shape, random = self.shape, None if seed is None else Random(seed)
        read = [self._subsampled(film, random) for film in inputs]
        films = [frames_tensor(film, shape.height, shape.width, shape.channels) for film in read]
        if seed is not None and self.options.video_warp:
            pixels, generator = self.options.video_warp * shape.height, torch.Generator().manual_seed(seed)
            films = [warped(x_FCHW, pixels, generator) for x_FCHW in films]
        return VideoBatch(*batch_of(films))

    def _subsampled(self, film: Film, random: Random | None) -> Film:
        """Every `video_every`-th frame, from the first on; in training from a random one on."""
        every, count = self.options.video_every, len(film.frames_FHWC)
        first = 0 if random is None else random.randrange(min(every, max(count, 1)))
        return dataclasses.replace(film, frames_FHWC=film.frames_FHWC[first::every])

    def forward(self, batch: VideoBatch) -> Memory:
        films, frames = batch.x_BFCHW.shape[:2]
        grid_NCHW = self.convolutions(with_differences(batch.x_BFCHW).flatten(0, 1))
        what_NCHW = self.what(grid_NCHW)
        where_NX = self.where(self.coarse(grid_NCHW).flatten(1))
        x_BFX = torch.relu(torch.cat([what_NCHW.amax((2, 3)), where_NX], dim=1)).view(films, frames, -1)
        real_BF = mask_of(batch.lengths_B, frames)
        mask_BF = None if all_real(real_BF) else real_BF
        z_BFD, final = self.network(self.input_dropout(x_BFX), mask_BF)
        if self.places is None:
            return Memory(z_BFD, mask_BF, final)
        places_BFPD = self.places(torch.relu(what_NCHW)).unflatten(0, (films, frames))
        states_BSD = torch.cat([z_BFD[:, :, None], places_BFPD], dim=2).flatten(1, 2)
        mask_BS = None if mask_BF is None else mask_BF.repeat_interleave(self.states_a_label, dim=1)
        return Memory(states_BSD, mask_BS, final)

    def labels(self, input: Film) -> list[str]:
        """A label for each frame that is read: `frame 3`."""
        every = self.options.video_every
        return [f"frame {number * every + 1}" for number in range(self.lengths([input])[0])]

    def view(self, input: Film) -> NDArray[np.uint8]:
        """The frames that are read, side by side, for plots."""
        row_HWC = np.concatenate(list(self._subsampled(input, None).frames_FHWC), axis=1)
        return row_HWC[:, :, 0] if row_HWC.shape[2] == 1 else row_HWC
