"""The image encoder: convolutions to columns x_t, then z_t = h(W_e x_t + U_e z_{t-1}) from left to right.

Shapes: B pictures, C channels, H rows, W columns, S columns of the result, D features of z_t.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from seqkit.media import LUMA, Picture
from seqkit.models.column_encoder import ColumnBatch, ColumnEncoder, padded
from seqkit.nn.columns import Columns
from seqkit.nn.warp import warped
from seqkit_image.facts import ImageFacts

WIDEST = 4096
"""Maximum width in columns; wider pictures are scaled down."""
STRIDES = (2, 2, 1)
DEEPER = (0, 1, 1)
"""Residual blocks after each convolution; none after the first, whose output has too many pixels."""


class ImageEncoder(ColumnEncoder):
    """Encodes pictures as a Memory with a step for every four columns."""

    unit = "columns"
    """Axis label of an attention plot."""

    def __init__(self, options: Any, facts: ImageFacts) -> None:
        channels = [options.image_channels, 2 * options.image_channels, 2 * options.image_channels]
        super().__init__(options, Columns(facts.channels, facts.height, channels, STRIDES, DEEPER))
        self.facts = facts

    def width(self, input: Picture) -> int:
        """Number of columns of the scaled picture."""
        height, width, _ = input.pixels_HWC.shape
        return min(max(1, round(width * self.facts.height / height)), WIDEST)

    def parts(self, input: Picture) -> list[Picture]:
        """The picture, in one part."""
        return [input]

    def picture(self, input: Picture, seed: int | None) -> Tensor:
        """The picture scaled and normalised, x_CHW; with a seed, shifted and warped at random."""
        x_CHW = (self.scaled(input) - self.facts.mean) / self.facts.deviation
        return x_CHW if seed is None else self._changed([x_CHW], seed)[0]

    def scaled(self, input: Picture) -> Tensor:
        """The picture scaled to the model's height, values from 0 to 1: x_CHW."""
        x_CHW = torch.from_numpy(input.pixels_HWC.copy()).permute(2, 0, 1).float().div_(255)
        if x_CHW.shape[0] == 3 and self.facts.channels == 1:
            x_CHW = torch.tensordot(torch.tensor(LUMA), x_CHW, dims=1)[None]
        x_CHW = x_CHW.expand(self.facts.channels, -1, -1)
        size = (self.facts.height, self.width(input))
        if tuple(x_CHW.shape[1:]) == size:
            return x_CHW
        return interpolate(x_CHW[None], size=size, mode="bilinear", antialias=True)[0]

    def collate(self, inputs: Sequence[Picture], seed: int | None = None) -> ColumnBatch:
        """Batch pictures; with a seed, shift and warp each at random."""
        rows = [self.picture(picture, None) for picture in inputs]
        return padded(rows if seed is None else self._changed(rows, seed))

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

    def labels(self, input: Picture) -> list[str]:
        """First column of each step in the original picture: `column 8`."""
        width = self.width(input)
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
