"""The base class of encoders of pictures and spectrograms, by convolutions to a sequence of columns.

Shapes: B examples, C channels, H rows, W columns, S columns of the result, D features of z_t.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seqkit.models.contracts import Memory
from seqkit.models.modalities import Encoder
from seqkit.models.networks import recurrent_encoder, recurrent_memory
from seqkit.nn.columns import Columns
from seqkit.nn.dropout import SharedDropout


class ColumnBatch(NamedTuple):
    """Pictures of one height, padded on the right."""

    x_BCHW: Tensor
    lengths_B: Tensor
    """Number of columns of each."""


class ColumnEncoder(Encoder):
    """Pictures -> Memory: `columns` computes x_t, a recurrent network z_t from left to right.

    A subclass converts an input to a picture (`picture`), whose width it knows before (`width`).
    """

    def __init__(self, options: Any, columns: Columns) -> None:
        super().__init__()
        self.options, self.columns = options, columns
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_encoder(options, columns.output_size)
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    @abstractmethod
    def width(self, input: Any) -> int:
        """Number of columns of the picture of an input."""

    @abstractmethod
    def picture(self, input: Any, seed: int | None) -> Tensor:
        """The picture of an input, normalised, x_CHW. Args: seed, in training, of its random choices."""

    def lengths(self, inputs: Sequence[Any]) -> list[int]:
        """Steps of each input."""
        return [self.columns.steps(self.width(one)) for one in inputs]

    def collate(self, inputs: Sequence[Any], seed: int | None = None) -> Any:
        """Pictures as one batch; each has its own seed."""
        seeds = [None if seed is None else seed + number for number in range(len(inputs))]
        return padded([self.picture(one, own) for one, own in zip(inputs, seeds, strict=True)])

    def forward(self, batch: Any) -> Memory:
        x_BSD, lengths_B = self.columns(*self.pixels(batch))
        return recurrent_memory(self.network, self.input_dropout(x_BSD), lengths_B)

    def pixels(self, batch: Any) -> tuple[Tensor, Tensor]:
        """x_BCHW and the number of columns of each example, from a batch of `collate`."""
        return batch.x_BCHW, batch.lengths_B


def padded(rows: Sequence[Tensor]) -> ColumnBatch:
    """Pictures x_CHW of one height, padded on the right with 0."""
    lengths_B = torch.tensor([x_CHW.shape[2] for x_CHW in rows])
    wide = [x_CHW.permute(2, 0, 1) for x_CHW in rows]
    x_BWCH = nn.utils.rnn.pad_sequence(wide, batch_first=True)
    return ColumnBatch(x_BWCH.permute(0, 2, 3, 1).contiguous(), lengths_B)
