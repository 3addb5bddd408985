"""Sequence-to-sequence models: an encoder reads x_1 … x_S, a decoder writes y_1 … y_T, for any S and T.

    encoder: z_t = h(W_e x_t + U_e z_{t-1})        decoder: ŷ_τ = V_d h(W_d x_τ + U_d z_{τ-1})

Encoders and decoders are plugins; this module is independent of modalities.
Shapes: B examples, S steps of the memory, D features of a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.examples import Pair
from seqkit.extend.build import build_as
from seqkit.models.contracts import Loss, Memory
from seqkit.models.modalities import Decoder, Encoder
from seqkit.models.seq2seq_facts import Seq2SeqFacts
from seqkit.nn.placement import all_real, placed_for


class Seq2SeqBatch(NamedTuple):
    """A batch: sources collated by each encoder, and targets by the decoder."""

    sources: dict[str, Any]
    target: Any


class Seq2Seq(nn.Module):
    """P(y | x) = Π_τ softmax(ŷ_τ)[y_τ], where the decoder starts from the encoders' memory, or attends to it."""

    def __init__(self, options: Any, facts: Seq2SeqFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.inference_dtype: str = options.inference_dtype
        """Number format of matrix products in `generate`; may be changed after loading."""
        encoders = {
            name: build_as(Encoder, "encoders", name, options, part) for name, part in facts.encoders.items()
        }
        if not encoders:
            raise SeqkitError("option encoder is empty", "Name an encoder.", exit_code=2)
        self.encoders = nn.ModuleDict(encoders)
        several = list(encoders.values())
        size = several[0].output_size if len(several) == 1 else options.hidden
        self.projections = nn.ModuleDict(
            {name: nn.Linear(encoder.output_size, size) for name, encoder in encoders.items()}
            if len(several) > 1
            else {}
        )
        shortest = min(len(encoder.final_sizes) for encoder in several)
        final_sizes = tuple(sum(encoder.final_sizes[part] for encoder in several) for part in range(shortest))
        parts = (facts.decoder, size, final_sizes, encoders)
        self.decoder: Any = build_as(Decoder, "decoders", options.decoder, options, *parts)

    def lengths(self, pairs: Sequence[Pair]) -> NDArray[np.int64]:
        """Steps of each source (all encoders together) and of each target, (pairs, 2)."""
        sources = np.array(self.source_lengths([pair.sources for pair in pairs]))
        targets = np.array(self.decoder.lengths([pair.target for pair in pairs]))
        return np.stack([sources, targets], axis=1)

    def source_lengths(self, sources: Sequence[Mapping[str, Any]]) -> list[int]:
        """Steps of each source, all encoders together."""
        each = [
            encoder.lengths([source[name] for source in sources])  # type: ignore[operator]
            for name, encoder in self.encoders.items()
        ]
        return [sum(steps) for steps in zip(*each, strict=True)]

    def collate(self, pairs: Sequence[Pair], seed: int | None = None) -> Seq2SeqBatch:
        """Batch pairs. With a seed, as in training, segmentations are sampled."""
        target = self.decoder.collate([pair.target for pair in pairs], seed)
        return Seq2SeqBatch(self.collate_sources([pair.sources for pair in pairs], seed), target)

    def collate_sources(
        self, sources: Sequence[Mapping[str, Any]], seed: int | None = None
    ) -> dict[str, Any]:
        """Batches of the sources by modality."""
        return {
            name: encoder.collate([source[name] for source in sources], seed)  # type: ignore[operator]
            for name, encoder in self.encoders.items()
        }

    def read(self, sources: Sequence[Mapping[str, Any]]) -> Memory:
        """The memory of sources."""
        return self.encode(placed_for(self, self.collate_sources(sources)))

    def encode(self, sources: Mapping[str, Any]) -> Memory:
        """The memory of a batch of sources. Those of several encoders are projected to one width and joined along S."""
        memories = {name: encoder(sources[name]) for name, encoder in self.encoders.items()}
        if len(memories) == 1:
            return next(iter(memories.values()))
        return join({name: _projected(memory, self.projections[name]) for name, memory in memories.items()})

    def log_prob(self, pairs: Sequence[Pair]) -> Tensor:
        """ln P(target | source) of each pair, (B,). Raises SeqkitError if the decoder does not offer it."""
        log_p_B = self.log_prob_or_none(pairs)
        if log_p_B is None:
            problem = f"the decoder for {self.options.decoder} offers no probabilities of targets"
            raise SeqkitError(problem, "`seqkit evaluate` reports its loss.")
        return log_p_B

    @torch.no_grad()
    def log_prob_or_none(self, pairs: Sequence[Pair]) -> Tensor | None:
        """As `log_prob`; None if the decoder does not offer it."""
        batch = placed_for(self, self.collate(pairs))
        log_p_B: Tensor | None = self.decoder.log_prob(self.encode(batch.sources), batch.target)
        return log_p_B

    def forward(self, batch: Seq2SeqBatch, label_smoothing: float = 0.0) -> Loss:
        """-Σ log P(y | x), the loss of the decoder."""
        loss: Loss = self.decoder.loss(self.encode(batch.sources), batch.target, label_smoothing)
        return loss


def _projected(memory: Memory, project: nn.Module) -> Memory:
    return memory._replace(states_BSD=project(memory.states_BSD))


def join(memories: Mapping[str, Memory]) -> Memory:
    """Concatenate memories of one width along S, and their final states along features.

    The joined memory has symbols if every part has them, of one alphabet: a decoder that copies must be able to copy
    from any step.
    """
    several = list(memories.values())
    states_BSD = torch.cat([memory.states_BSD for memory in several], dim=1)
    mask_BS = torch.cat([_mask(memory) for memory in several], dim=1)
    # If only some recurrences have a memory cell, only the common parts of the state can start a decoder.
    final = tuple(torch.cat(parts, dim=-1) for parts in zip(*(m.final for m in several), strict=False))
    return Memory(states_BSD, None if all_real(mask_BS) else mask_BS, final, *_symbols(several))


def _symbols(memories: Sequence[Memory]) -> tuple[Tensor | None, Any]:
    """The symbols of all steps and their alphabet; None and None if a memory has none, or another alphabet."""
    alphabet = memories[0].alphabet
    symbols = [memory.symbols_BS for memory in memories if memory.alphabet == alphabet]
    known = [part_BS for part_BS in symbols if part_BS is not None]
    return (torch.cat(known, dim=1), alphabet) if len(known) == len(memories) else (None, None)


def _mask(memory: Memory) -> Tensor:
    if memory.mask_BS is not None:
        return memory.mask_BS
    return memory.states_BSD.new_ones(memory.states_BSD.shape[:2], dtype=torch.bool)


def build(options: Any, facts: Seq2SeqFacts) -> Seq2Seq:
    """Build the model of a ModelSpec."""
    return Seq2Seq(options, facts)
