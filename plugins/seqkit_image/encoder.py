"""The image encoder: convolutions to columns x_t, then z_t = h(W_e x_t + U_e z_{t-1}) from left to right.

Shapes: B pictures, C channels, H rows, W columns, S columns of the result, D features of z_t.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate

from seqkit.media import LUMA, Picture
from seqkit.models.contracts import Memory
from seqkit.models.modalities import Encoder
from seqkit.models.networks import recurrent_encoder
from seqkit.nn.columns import Columns
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import mask_of
from seqkit.nn.warp import warped
from seqkit_image.facts import ImageFacts

WIDEST = 4096
"""Maximum width in columns; a wider picture is scaled down."""
STRIDES = (2, 2, 1)
DEEPER = (0, 1, 1)
"""Residual blocks after each convolution; none after the first, which has too many pixels."""


class ImageBatch(NamedTuple):
    """Normalised pictures of one height, padded on the right."""

    x_BCHW: Tensor
    lengths_B: Tensor


class ImageEncoder(Encoder):
    """Encodes pictures as a Memory with a step for every four columns."""

    unit = "columns"
    """Axis label of an attention plot."""

    def __init__(self, options: Any, facts: ImageFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        channels = options.image_channels
        self.columns = Columns(
            facts.channels, facts.height, [channels, 2 * channels, 2 * channels], STRIDES, DEEPER
        )
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_encoder(options, self.columns.output_size)
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def lengths(self, inputs: Sequence[Picture]) -> list[int]:
        """Steps of each picture."""
        return [self.columns.steps(self._width(picture)) for picture in inputs]

    def _width(self, picture: Picture) -> int:
        height, width, _ = picture.pixels_HWC.shape
        return min(max(1, round(width * self.facts.height / height)), WIDEST)

    def parts(self, input: Picture) -> list[Picture]:
        """The picture, in one part."""
        return [input]

    def scaled(self, input: Picture) -> Tensor:
        """The picture scaled to the model's height, values from 0 to 1: x_CHW."""
        x_CHW = torch.from_numpy(input.pixels_HWC.copy()).permute(2, 0, 1).float().div_(255)
        if x_CHW.shape[0] == 3 and self.facts.channels == 1:
            x_CHW = torch.tensordot(torch.tensor(LUMA), x_CHW, dims=1)[None]
        x_CHW = x_CHW.expand(self.facts.channels, -1, -1)
        size = (self.facts.height, self._width(input))
        if tuple(x_CHW.shape[1:]) == size:
            return x_CHW
        return interpolate(x_CHW[None], size=size, mode="bilinear", antialias=True)[0]

    def collate(self, inputs: Sequence[Picture], seed: int | None = None) -> ImageBatch:
        """Batch pictures; with a seed, shift and warp each at random."""
        rows = [(self.scaled(picture) - self.facts.mean) / self.facts.deviation for picture in inputs]
        if seed is not None:
            rows = self._changed(rows, seed)
        lengths_B = torch.tensor([x_CHW.shape[2] for x_CHW in rows])
        wide = [x_CHW.permute(2, 0, 1) for x_CHW in rows]
        x_BWCH = nn.utils.rnn.pad_sequence(wide, batch_first=True)
        return ImageBatch(x_BWCH.permute(0, 2, 3, 1).contiguous(), lengths_B)

    def _changed(self, rows: Sequence[Tensor], seed: int) -> list[Tensor]:
        random, most = Random(seed), int(self.options.image_shift * self.facts.height)
        generator, noise = torch.Generator().manual_seed(seed), self.options.image_noise
        rows = [_moved(x_CHW, *(random.randint(-most, most) for _ in range(2))) for x_CHW in rows]
        if self.options.image_warp:
            pixels = self.options.image_warp * self.facts.height
            rows = [warped(x_CHW[None], pixels, generator)[0] for x_CHW in rows]
        if noise:
            rows = [x_CHW + noise * torch.randn(x_CHW.shape, generator=generator) for x_CHW in rows]
        return rows

    def forward(self, batch: ImageBatch) -> Memory:
        x_BSD, lengths_B = self.columns(batch.x_BCHW, batch.lengths_B)
        real_BS = mask_of(lengths_B, x_BSD.shape[1])
        mask_BS = None if bool(real_BS.all()) else real_BS
        z_BSD, final = self.network(self.input_dropout(x_BSD), mask_BS)
        return Memory(z_BSD, mask_BS, final)

    def labels(self, input: Picture) -> list[str]:
        """First column of each step in the original picture: `column 8`."""
        width = self._width(input)
        steps, each = self.columns.steps(width), self.columns.stride * input.pixels_HWC.shape[1] / width
        return [f"column {round(number * each)}" for number in range(steps)]

    def view(self, input: Picture) -> NDArray[np.uint8]:
        """The original picture, for plots."""
        pixels_HWC = input.pixels_HWC
        return pixels_HWC[:, :, 0] if pixels_HWC.shape[2] == 1 else pixels_HWC


def _moved(x_CHW: Tensor, down: int, right: int) -> Tensor:
    """Shift by rows and columns; edge pixels are repeated."""
    height, width = x_CHW.shape[1:]
    rows = (torch.arange(height) - down).clamp(0, height - 1)
    columns = (torch.arange(width) - right).clamp(0, width - 1)
    return x_CHW[:, rows[:, None], columns]
