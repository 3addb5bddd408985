"""The decoder of one vector: ŷ = V o, where o attends to the memory once, after the last step.

    z = h(W_d 1 + U_d z_S)

With attention the single step attends to all steps of the memory; without, it depends on the final state only.

Shapes: B examples, N numbers of the vector, O of o.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqkit import SeqkitError
from seqkit.models.contracts import Counts, Loss, Memory
from seqkit.models.modalities import DrawingDecoder
from seqkit.models.networks import recurrent_decoder
from seqkit_frames.facts import VectorFacts

NEAR = 0.5
"""A vector counts as right if every number is within this distance, in standard deviations of the training split."""


class VectorBatch(NamedTuple):
    """Vectors normalised by mean and standard deviation."""

    y_BN: Tensor


class VectorDecoder(DrawingDecoder):
    """A Memory -> one vector."""

    mean_N: Tensor
    deviation_N: Tensor

    def __init__(
        self,
        options: Any,
        facts: VectorFacts,
        memory_size: int,
        final_sizes: tuple[int, ...],
        encoders: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.options, self.step_input = options, facts.step_input
        self.scale = torch.tensor(facts.mean), torch.tensor(facts.deviation)
        """Mean and deviation for `collate`, which computes on the CPU even if the weights are elsewhere."""
        self.register_buffer("mean_N", torch.tensor(facts.mean), persistent=False)
        self.register_buffer("deviation_N", torch.tensor(facts.deviation), persistent=False)
        # A single step without an input has no output to feed back.
        self.network = recurrent_decoder(options, 1, memory_size, final_sizes, options.hidden, False)
        self.output = nn.Linear(self.network.output_size, len(facts.mean))

    def lengths(self, targets: Sequence[NDArray[np.float32]]) -> list[int]:
        """One step each."""
        return [1 for _ in targets]

    def labels(self, target: NDArray[np.float32]) -> list[str]:
        """The numbers, in one row of the attention."""
        return [" ".join(f"{number:.3g}" for number in np.ravel(target))]

    def collate(self, targets: Sequence[NDArray[np.float32]], seed: int | None = None) -> VectorBatch:
        """Batch vectors. Raises SeqkitError for vectors of another size."""
        rows = [torch.from_numpy(np.array(target, dtype=np.float32).reshape(-1)) for target in targets]
        size = len(self.mean_N)
        other = next((len(row) for row in rows if len(row) != size), None)
        if other is not None:
            fix = f"Give vectors of {size} numbers, or train another model."
            raise SeqkitError(f"a vector of {other} numbers, where the model writes {size}", fix)
        mean_N, deviation_N = self.scale
        return VectorBatch((torch.stack(rows) - mean_N) / deviation_N)

    def predicted(self, memory: Memory) -> tuple[Tensor, Tensor | None]:
        """ŷ_BN in standard deviations, and the attention a_B1S."""
        start = self.network.start(memory.states_BSD, memory.mask_BS, memory.final)
        x_B11 = memory.states_BSD.new_full((len(memory.states_BSD), 1, 1), self.step_input)
        o_B1O, a_B1S = self.network.outputs(x_B11, start)
        return self.output(o_B1O[:, 0]), a_B1S

    def step_losses(self, memory: Memory, batch: VectorBatch) -> Tensor:
        """-log N(y; ŷ, 1) of each vector, (B, 1), in deviations."""
        off_BN = batch.y_BN - self.predicted(memory)[0]
        return (0.5 * off_BN.square() + 0.5 * math.log(2 * math.pi)).sum(-1, keepdim=True)

    def loss(self, memory: Memory, batch: VectorBatch, label_smoothing: float = 0.0) -> Loss:
        """Half the squared error, in deviations of the training split."""
        off_BN = (batch.y_BN - self.predicted(memory)[0]).to(batch.y_BN.dtype)
        nll = (0.5 * off_BN.square() + 0.5 * math.log(2 * math.pi)).sum()
        steps = torch.full((), len(off_BN), device=off_BN.device)
        counts = Counts.of(nll, (off_BN.abs() < NEAR).all(-1).sum(), steps)
        return Loss(nll, steps, counts)

    def squared_error(self, memory: Memory, batch: VectorBatch) -> Tensor:
        """Mean squared error of each vector's numbers in their own unit, (B,)."""
        off_BN = (batch.y_BN - self.predicted(memory)[0]) * self.deviation_N
        return off_BN.square().mean(-1)

    def log_prob(self, memory: Memory, batch: VectorBatch) -> Tensor:
        """ln p(vector | memory), a density in the unit of the training split."""
        return -self.step_losses(memory, batch)[:, 0] - self.deviation_N.log().sum()

    def attention(self, memory: Memory, batch: VectorBatch) -> Tensor | None:
        """Attention of the step, a_B1S; None for a model without attention."""
        return self.predicted(memory)[1]

    @torch.no_grad()
    def generate(
        self, memory: Memory, seeds: Sequence[int], temperature: float = 0.0
    ) -> list[NDArray[np.float32]]:
        """The mean for each example; with a temperature, a sample around it."""
        y_BN = self.predicted(memory)[0]
        if temperature:
            drawn = [torch.Generator().manual_seed(seed) for seed in seeds]
            y_BN = y_BN + temperature * torch.stack(
                [torch.randn(y_BN.shape[1], generator=one) for one in drawn]
            ).to(y_BN)
        return [row.float().cpu().numpy() for row in y_BN * self.deviation_N + self.mean_N]
