"""The base class of decoders that write sequences of vectors.

y_τ ~ N(μ_τ, σ_τ²), and with probability p_τ the sequence ends after it; all from o_τ:

    z_τ = h(W_d y_{τ-1} + U_d z_{τ-1})

Shapes: B sequences, T steps, D numbers of a vector, O of o_τ.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Counts, Loss, Memory
from seqkit.models.modalities import DrawingDecoder
from seqkit.models.networks import recurrent_decoder
from seqkit.models.vector_facts import TargetVectorFacts
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import mask_of

LEAST = 1e-2
"""Smallest predicted standard deviation, in units of that of the training split."""
NEAR = 0.5
"""A step counts as right if every number is within this distance, in the same unit."""
LONGER = 1.5
"""Maximum length of an output, as a multiple of the longest training sequence."""


class TargetVectors(NamedTuple):
    """Sequences in deviations from the mean, padded on the right."""

    y_BTD: Tensor
    lengths_B: Tensor


class VectorDecoder(DrawingDecoder):
    """A Memory -> sequences of vectors. A DecoderSpec may name it, or a subclass, as `build`.

    Targets are what the `rows` of its facts take, by default arrays (T, D). A subclass whose outputs are no arrays
    overrides `output_of`. With `predicts_deviation` False every standard deviation is 1, which gives the squared error.
    """

    predicts_deviation: bool = True

    mean_D: Tensor
    deviation_D: Tensor

    def __init__(
        self,
        options: Any,
        facts: TargetVectorFacts,
        memory_size: int,
        final_sizes: tuple[int, ...],
        encoders: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.longest = math.ceil(LONGER * facts.longest)
        self.scale = torch.tensor(facts.mean), torch.tensor(facts.deviation)
        """Mean and deviation for `collate`, which computes on the CPU, wherever the weights are."""
        self.register_buffer("mean_D", torch.tensor(facts.mean), persistent=False)
        self.register_buffer("deviation_D", torch.tensor(facts.deviation), persistent=False)
        self.input_dropout = SharedDropout(options.dropout)
        # An additional number marks the first step, which has no previous vector.
        self.network = recurrent_decoder(
            options, len(facts.mean) + 1, memory_size, final_sizes, options.hidden, options.input_feeding
        )
        self.output = nn.Linear(self.network.output_size, 2 * len(facts.mean) + 1)

    def output_of(self, y_TD: NDArray[np.float32]) -> Any:
        """The output that rows of numbers are: by default the array."""
        return y_TD

    def lengths(self, targets: Sequence[Any]) -> list[int]:
        """Steps of each sequence."""
        return [len(self.facts.rows(target)) for target in targets]

    def collate(self, targets: Sequence[Any], seed: int | None = None) -> TargetVectors:
        """Sequences as one batch. Nothing is random about it. Raises SeqkitError for vectors of another width."""
        rows = [torch.from_numpy(np.array(self.facts.rows(one), dtype=np.float32)) for one in targets]
        size = len(self.mean_D)
        other = next((row.shape[-1] for row in rows if row.shape[-1] != size), None)
        if other is not None:
            fix = f"Give vectors of {size} numbers, or train another model."
            raise SeqkitError(f"vectors of {other} numbers, where the model writes {size}", fix)
        mean_D, deviation_D = self.scale
        rows = [(row - mean_D) / deviation_D for row in rows]
        lengths_B = torch.tensor([len(row) for row in rows])
        return TargetVectors(nn.utils.rnn.pad_sequence(rows, batch_first=True), lengths_B)

    def _inputs(self, y_BTD: Tensor) -> Tensor:
        """The input of each step: the previous vector; none at the first step."""
        before_BTD = torch.cat([torch.zeros_like(y_BTD[:, :1]), y_BTD[:, :-1]], dim=1)
        first_BT1 = torch.zeros_like(y_BTD[:, :, :1])
        first_BT1[:, 0] = 1
        return torch.cat([self.input_dropout(before_BTD), first_BT1], dim=-1)

    def predicted(self, o: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """o -> mean and standard deviation of each number, and the logit of the end."""
        size = len(self.mean_D)
        mean, deviation, end = self.output(o).float().split([size, size, 1], dim=-1)
        deviation = softplus(deviation) + LEAST
        return mean, deviation if self.predicts_deviation else torch.ones_like(mean), end[..., 0]

    def step_nll(self, memory: Memory, batch: TargetVectors) -> tuple[Tensor, Tensor]:
        """-log p of each step and its end, (B, T), 0 in padding; and the means."""
        start = self.network.start(memory.states_BSD, memory.mask_BS, memory.final)
        mean_BTD, deviation_BTD, end_BT = self.predicted(self.network(self._inputs(batch.y_BTD), start))
        off_BTD = (batch.y_BTD - mean_BTD) / deviation_BTD
        vector_BT = (0.5 * off_BTD.square() + deviation_BTD.log() + 0.5 * math.log(2 * math.pi)).sum(-1)
        real_BT = mask_of(batch.lengths_B, batch.y_BTD.shape[1])
        last_BT = torch.arange(end_BT.shape[1], device=end_BT.device) == batch.lengths_B[:, None] - 1
        ends_BT = binary_cross_entropy_with_logits(end_BT, last_BT.float(), reduction="none")
        return (vector_BT + ends_BT) * real_BT, mean_BTD

    def loss(self, memory: Memory, batch: TargetVectors, label_smoothing: float = 0.0) -> Loss:
        """-Σ_τ log p(y_τ, whether it ends | y_<τ, memory); numbers in deviations."""
        nll_BT, mean_BTD = self.step_nll(memory, batch)
        near_BT = ((batch.y_BTD - mean_BTD).abs() < NEAR).all(-1)
        right = (near_BT & mask_of(batch.lengths_B, near_BT.shape[1])).sum()
        counts = Counts.of(nll_BT.sum(), right, batch.lengths_B.sum())
        return Loss(nll_BT.sum(), counts.steps, counts)

    def step_losses(self, memory: Memory, batch: TargetVectors) -> Tensor:
        """-log p of each step and its end, (B, T), 0 at padding."""
        return self.step_nll(memory, batch)[0]

    def log_prob(self, memory: Memory, batch: TargetVectors) -> Tensor:
        """ln p(sequence | memory) of each sequence, a density in the unit of the training split."""
        inside = self.deviation_D.log().sum() * batch.lengths_B
        return -self.step_nll(memory, batch)[0].sum(1) - inside

    def attention(self, memory: Memory, batch: TargetVectors) -> Tensor | None:
        """Attention of each step, a_BTS; None for a model without attention."""
        start = self.network.start(memory.states_BSD, memory.mask_BS, memory.final)
        return self.network.outputs(self._inputs(batch.y_BTD), start)[1]

    @torch.no_grad()
    def generate(self, memory: Memory, seeds: Sequence[int], temperature: float = 0.0) -> list[Any]:
        """Write a sequence for each example: means at temperature 0, else samples, until the end is more probable."""
        state = self.network.start(memory.states_BSD, memory.mask_BS, memory.final)
        drawn = [torch.Generator().manual_seed(seed) for seed in seeds]
        x_BX = self.mean_D.new_zeros(len(seeds), len(self.mean_D) + 1, dtype=torch.float32)
        x_BX[:, -1] = 1
        steps, ends = [], []
        for _ in range(self.longest):
            o_BO, state = self.network.step(x_BX, state)
            mean_BD, deviation_BD, end_B = self.predicted(o_BO)
            normal_BD = torch.stack([torch.randn(len(self.mean_D), generator=one) for one in drawn])
            steps.append(mean_BD + temperature * deviation_BD * normal_BD.to(mean_BD.device))
            ends.append(end_B > 0)
            if bool(torch.stack(ends).any(0).all()):
                break
            x_BX = torch.cat([steps[-1], torch.zeros_like(steps[-1][:, :1])], dim=-1)
        y_BTD, ends_BT = torch.stack(steps, dim=1) * self.deviation_D + self.mean_D, torch.stack(ends, dim=1)
        ends_BT[:, -1] = True
        return [
            self.output_of(y_TD[: int(end_T.int().argmax()) + 1].cpu().numpy())
            for y_TD, end_T in zip(y_BTD, ends_BT, strict=True)
        ]
