"""The base class of encoders whose inputs are sequences of vectors: z_t = h(W_e x_t + U_e z_{t-1}) over their rows.

Shapes: B sequences, S steps, N numbers of a vector, D of z_t.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Memory
from seqkit.models.modalities import Encoder
from seqkit.models.networks import recurrent_encoder, recurrent_memory
from seqkit.models.vector_facts import SourceVectorFacts
from seqkit.nn.dropout import SharedDropout


class VectorBatch(NamedTuple):
    """Sequences in deviations from the mean, padded on the right."""

    x_BSN: Tensor
    lengths_B: Tensor


class VectorEncoder(Encoder):
    """Sequences of vectors -> Memory, a step for each vector. An EncoderSpec may name it, or a subclass, as `build`.

    Inputs are what the `rows` of its facts take, by default arrays (S, N).
    """

    unit = "time"
    mean_N: Tensor
    deviation_N: Tensor

    def __init__(self, options: Any, facts: SourceVectorFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        # Plain tensors: `collate` computes on the CPU, wherever the weights are.
        self.mean_N, self.deviation_N = torch.tensor(facts.mean), torch.tensor(facts.deviation)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_encoder(options, len(facts.mean))
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def rows(self, input: Any) -> NDArray[np.float32]:
        """An input as rows of numbers, (S, N)."""
        return np.array(self.facts.rows(input), dtype=np.float32)

    def lengths(self, inputs: Sequence[Any]) -> list[int]:
        """Steps of each sequence."""
        return [len(self.facts.rows(one)) for one in inputs]

    def collate(self, inputs: Sequence[Any], seed: int | None = None) -> VectorBatch:
        """Sequences as one batch. Nothing is random about it. Raises SeqkitError for vectors of another width."""
        rows = [torch.from_numpy(self.rows(one)) for one in inputs]
        size = len(self.mean_N)
        other = next((row.shape[-1] for row in rows if row.shape[-1] != size), None)
        if other is not None:
            fix = f"Give vectors of {size} numbers, or train another model."
            raise SeqkitError(f"vectors of {other} numbers, where the model reads {size}", fix)
        rows = [(row - self.mean_N) / self.deviation_N for row in rows]
        lengths_B = torch.tensor([len(row) for row in rows])
        return VectorBatch(nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths_B)

    def forward(self, batch: VectorBatch) -> Memory:
        return recurrent_memory(self.network, self.input_dropout(batch.x_BSN), batch.lengths_B)

    def view(self, input: Any) -> NDArray[np.float32]:
        """The numbers as a picture, a row for each, steps from left to right."""
        return self.rows(input).T
