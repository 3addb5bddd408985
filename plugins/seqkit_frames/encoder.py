"""The encoder of vectors: z_t = h(W_e x_t + U_e z_{t-1}) over the rows of an array, each number normalised.

Shapes: B sequences, S steps, N numbers of a vector, D of z_t.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqkit import SeqkitError
from seqkit.models.contracts import Memory
from seqkit.models.modalities import Encoder
from seqkit.models.networks import recurrent_encoder
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import mask_of
from seqkit_frames.facts import SourceFramesFacts


class SourceBatch(NamedTuple):
    """Sequences in deviations from the mean, padded on the right."""

    x_BSN: Tensor
    lengths_B: Tensor


class FramesEncoder(Encoder):
    """Sequences of vectors -> Memory, a step for each vector."""

    unit = "time"
    """Label of the axis of an attention plot."""

    mean_N: Tensor
    deviation_N: Tensor

    def __init__(self, options: Any, facts: SourceFramesFacts) -> None:
        super().__init__()
        self.options = options
        self.register_buffer("mean_N", torch.tensor(facts.mean), persistent=False)
        self.register_buffer("deviation_N", torch.tensor(facts.deviation), persistent=False)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_encoder(options, len(facts.mean))
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def lengths(self, inputs: Sequence[NDArray[np.float32]]) -> list[int]:
        """Steps of each sequence."""
        return [len(one) for one in inputs]

    def parts(self, input: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        """The sequence; none where it is empty."""
        return [input] if len(input) else []

    def collate(self, inputs: Sequence[NDArray[np.float32]], seed: int | None = None) -> SourceBatch:
        """Sequences as one batch. Nothing is random about it. Raises SeqkitError for vectors of another width."""
        rows = [torch.from_numpy(np.array(one, dtype=np.float32)) for one in inputs]
        size = len(self.mean_N)
        other = next((row.shape[-1] for row in rows if row.shape[-1] != size), None)
        if other is not None:
            fix = f"Give vectors of {size} numbers, or train another model."
            raise SeqkitError(f"vectors of {other} numbers, where the model reads {size}", fix)
        mean_N, deviation_N = self.mean_N.float(), self.deviation_N.float()
        rows = [(row - mean_N) / deviation_N for row in rows]
        lengths_B = torch.tensor([len(row) for row in rows])
        return SourceBatch(nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths_B)

    def forward(self, batch: SourceBatch) -> Memory:
        real_BS = mask_of(batch.lengths_B, batch.x_BSN.shape[1])
        mask_BS = None if bool(real_BS.all()) else real_BS
        z_BSD, final = self.network(self.input_dropout(batch.x_BSN), mask_BS)
        return Memory(z_BSD, mask_BS, final)

    def labels(self, input: NDArray[np.float32]) -> list[str]:
        """`step 1`, for each column of the attention."""
        return [f"step {number + 1}" for number in range(len(input))]

    def view(self, input: NDArray[np.float32]) -> NDArray[np.float32]:
        """The numbers as a picture, a row for each, steps from left to right."""
        return np.asarray(input, np.float32).T
