"""Convolutions over a spectrogram or a picture, whose result is a sequence of columns.

A column of the result does not depend on padding beyond the end of its own sequence.
Shapes: B examples, C channels, H rows, W columns, S columns of the result, D features of a column.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import mask_of


class ColumnNorm(nn.Module):
    """Layer normalisation of each column over its channels and rows."""

    def __init__(self, channels: int, rows: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm((channels, rows))

    def forward(self, x_BCHW: Tensor) -> Tensor:
        """The same shape; each column has mean 0 and variance 1 before gain and bias."""
        return self.norm(x_BCHW.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


class ColumnBlock(nn.Module):
    """Residual block x + f(x) with two 3×3 convolutions (He et al. 2016), shape unchanged."""

    def __init__(self, channels: int, rows: int) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv2d(channels, channels, 3, padding=1) for _ in range(2))
        self.first_norm, self.second_norm = (ColumnNorm(channels, rows) for _ in range(2))

    def forward(self, x_BCHW: Tensor, real_B11W: Tensor) -> Tensor:
        """The same shape."""
        inner_BCHW = torch.relu(self.first_norm(self.first(x_BCHW * real_B11W)))
        return torch.relu(x_BCHW + self.second_norm(self.second(inner_BCHW * real_B11W)))


class Columns(nn.Module):
    """3×3 convolutions; each halves the rows, and the columns if its stride is 2."""

    def __init__(
        self,
        input_channels: int,
        rows: int,
        channels: Sequence[int],
        strides: Sequence[int],
        deeper: Sequence[int] = (),
    ) -> None:
        """Args: channels of each convolution; strides along the columns (1 or 2); deeper, residual blocks after each
        convolution (default 0)."""
        super().__init__()
        self.strides = tuple(strides)
        self.convolutions, self.norms = nn.ModuleList(), nn.ModuleList()
        self.blocks = nn.ModuleList()
        deeper = [*deeper, *[0] * (len(strides) - len(deeper))]
        for (before, after), stride, blocks in zip(
            pairwise([input_channels, *channels]), strides, deeper, strict=True
        ):
            rows = (rows + 1) // 2
            self.convolutions.append(nn.Conv2d(before, after, 3, stride=(2, stride), padding=1))
            self.norms.append(ColumnNorm(after, rows))
            self.blocks.append(nn.ModuleList(ColumnBlock(after, rows) for _ in range(blocks)))
        self.output_size = channels[-1] * rows

    @property
    def stride(self) -> int:
        """Input columns between the starts of two steps."""
        return math.prod(self.strides)

    def steps(self, columns: int) -> int:
        """Number of steps for a number of input columns."""
        for stride in self.strides:
            columns = -(-columns // stride)
        return columns

    def forward(self, x_BCHW: Tensor, lengths_B: Tensor) -> tuple[Tensor, Tensor]:
        """Right-padded columns and their lengths -> x_BSD and lengths in steps."""
        real_B11W = _real(lengths_B, x_BCHW)
        for convolve, norm, blocks, stride in zip(
            self.convolutions, self.norms, self.blocks, self.strides, strict=True
        ):
            # Columns beyond the end must be zero, as the padding of the longest example is.
            x_BCHW = torch.relu(norm(convolve(x_BCHW * real_B11W)))
            lengths_B = (lengths_B + stride - 1) // stride
            real_B11W = _real(lengths_B, x_BCHW)
            for block in cast(nn.ModuleList, blocks):
                x_BCHW = block(x_BCHW, real_B11W)
        return x_BCHW.flatten(1, 2).transpose(1, 2), lengths_B


def _real(lengths_B: Tensor, x_BCHW: Tensor) -> Tensor:
    """Padding mask of the columns, (B, 1, 1, W): True before the end."""
    return mask_of(lengths_B, x_BCHW.shape[-1])[:, None, None]
