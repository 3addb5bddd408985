"""The network: two chains over characters, and two over the possible sentence ends.

z_t = [forward ; backward] over x_t = [character ; class]; P(end_t) = softmax(V z_t) over inside, end of a token, end of
a multiword token. At the possible sentence ends k: y_k = [z_k ; run ; shape], u_k = [forward ; backward] over y_k, and
P(sentence ends at k) = σ(v u_k + c), where c is chosen on dev.

With `char_context=run` the chains over characters begin anew after white space, so that z_t depends on the run of t
alone. What they no longer see is added: y_k = [z_k ; run ; shape ; white space after k], and
P(end_t) = softmax(V z_t + A u_k), where k is the first possible sentence end at or after t.

Weights in `model.safetensors` (E sizes of vectors, H and C of states): `characters.weight` (2 + characters, E) and
`classes.weight` (2 + classes, E), rows as in `features`; `network.layers.N.forward_chain` and `.backward_chain`, as the
recurrence names its own (`kernel.weight_ih_l0` …); `ends.weight` (3, 2H) and `ends.bias`; `runs.weight`,
`shapes.weight`, `context.layers.N…`, `stops.weight` (1, 2C), `stops.bias`, `threshold` (c, a single number); with
`char_context=run` also `after.weight` (2 + classes, 8), and A as `ends_in_context.weight` (3, 2C) and its bias.

Shapes: B windows, T characters, K possible sentence ends (places), H features of z, C of u.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.affine import Affine
from seqkit.nn.draws import dividing, draw
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.placement import all_real
from seqkit.nn.stack import Stack
from seqkit_segmenter.batch import TextBatch
from seqkit_segmenter.decode import LABELS
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import CLASSES, PAD, SHAPES, UNKNOWN

SHAPE_SIZE = AFTER_SIZE = 8


class SegmenterModel(nn.Module):
    """Predicts the ends of tokens and sentences."""

    threshold: Tensor

    def __init__(self, options: Any, facts: SegmenterFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.inference_dtype = "float32"
        recurrence = recurrence_class(options.recurrence)
        self.characters = nn.Embedding(2 + len(facts.characters), options.char_size, padding_idx=PAD)
        self.classes = nn.Embedding(2 + len(CLASSES), options.class_size, padding_idx=PAD)
        size = options.char_size + options.class_size
        self.network = Stack(recurrence, size, options.hidden, options.layers, True, options.dropout)
        self.ends = Affine(self.network.output_size, LABELS)
        self.runs = nn.Embedding(2 + len(facts.runs), options.run_size) if options.run_size else None
        self.shapes = nn.Embedding(2 + len(SHAPES), SHAPE_SIZE)
        size = self.network.output_size + options.run_size + SHAPE_SIZE
        self.reads_runs = options.char_context == "run"
        self.after = self.ends_in_context = None
        if self.reads_runs:
            size += AFTER_SIZE
            self.after = nn.Embedding(2 + len(CLASSES), AFTER_SIZE)
        self.context_dropout = SharedDropout(options.dropout)
        self.context = Stack(recurrence, size, options.context, options.context_layers, True, options.dropout)
        self.stops = Affine(self.context.output_size, 1)
        if self.reads_runs:
            self.ends_in_context = Affine(self.context.output_size, LABELS)
        self.register_buffer("threshold", torch.zeros(()))

    def forward(self, batch: TextBatch) -> tuple[Tensor, Tensor]:
        """Logits of ends_BTL, and of stops_BK."""
        z_BTH = self._states(batch)
        z_BKH = z_BTH.gather(1, batch.places_BK[:, :, None].expand(-1, -1, z_BTH.shape[2]))
        y_BKE = self.place_inputs(z_BKH, batch.runs_BK, batch.shapes_BK, batch.after_BK)
        u_BKC = self.context(y_BKE, _lengths(batch.counts_B, batch.places_BK))
        ends_BTL = self.ends(z_BTH)
        if self.ends_in_context is not None:
            added_BKL = self.ends_in_context(u_BKC)
            ends_BTL = ends_BTL + added_BKL.gather(1, batch.place_of_BT[:, :, None].expand(-1, -1, LABELS))
        return ends_BTL, self.stop_logits(u_BKC)

    def _states(self, batch: TextBatch) -> Tensor:
        """The states z_BTH of characters; of white space undefined if each run is read by itself."""
        if not self.reads_runs:
            return self.states(batch.chars_BT, batch.classes_BT, batch.sizes_B)
        with dividing({}):  # each process has all runs of a batch, with the same dropout masks
            z_NH = torch.cat([self.states(*group).flatten(0, 1) for group in batch.groups])
        return z_NH[batch.index_BT]

    def states(self, chars_BT: Tensor, classes_BT: Tensor, sizes_B: Tensor) -> Tensor:
        """The states z_BTH of sequences of characters."""
        x_BTE = torch.cat([self.characters(chars_BT), self.classes(classes_BT)], dim=-1)
        z_BTH: Tensor = self.network(x_BTE, _lengths(sizes_B, chars_BT))
        return z_BTH

    def place_inputs(self, z_KH: Tensor, runs_K: Tensor, shapes_K: Tensor, after_K: Tensor) -> Tensor:
        """The inputs y_k of the network over possible sentence ends, (…, features)."""
        parts = [z_KH, self.shapes(shapes_K)]
        if self.runs is not None:
            parts.append(self.context_dropout(self.runs(self._drop(runs_K))))
        if self.after is not None:
            parts.append(self.after(after_K))
        return torch.cat(parts, dim=-1)

    def stop_logits(self, u_BKC: Tensor) -> Tensor:
        """Logits of sentence ends, stops_BK."""
        stops_BK: Tensor = self.stops(u_BKC)[:, :, 0] + self.threshold
        return stops_BK

    def _drop(self, runs_BK: Tensor) -> Tensor:
        """Replace some runs by the unknown run, only in training."""
        if not self.training or not self.options.run_dropout:
            return runs_BK
        chance_BK = draw(runs_BK.shape, runs_BK.new_empty(0, dtype=torch.float32), Tensor.uniform_)
        return runs_BK.masked_fill(chance_BK < self.options.run_dropout, UNKNOWN)


def _lengths(lengths_B: Tensor, padded_BT: Tensor) -> Tensor | None:
    """The lengths, or None if nothing is padded, which is faster."""
    return None if all_real(lengths_B == padded_BT.shape[1]) else lengths_B
