"""The network: two chains over characters, and two over the possible sentence ends.

z_t = [forward ; backward] over x_t = [character ; class]; P(end_t) = softmax(V z_t) over inside, end of a token, end of
a multiword token. At the possible sentence ends k: y_k = [z_k ; run ; shape], u_k = [forward ; backward] over y_k, and
P(sentence ends at k) = σ(v u_k + c), where c is chosen on dev.

Weights in `model.safetensors` (E sizes of vectors, H and C of states): `characters.weight` (2 + characters, E) and
`classes.weight` (2 + classes, E), rows as in `features`; `network.layers.N.forward_chain` and `.backward_chain`, as the
recurrence names its own (`kernel.weight_ih_l0` …); `ends.weight` (3, 2H) and `ends.bias`; `runs.weight`,
`shapes.weight`, `context.layers.N…`, `stops.weight` (1, 2C), `stops.bias`, `threshold` (c, a single number).

Shapes: B windows, T characters, K possible sentence ends (places), H features of z, C of u.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.affine import Affine
from seqkit.nn.draws import draw
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.placement import all_real
from seqkit.nn.stack import Stack
from seqkit_segmenter.decode import LABELS
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import CLASSES, PAD, SHAPES, UNKNOWN, Ids, Seen

SHAPE_SIZE = 8


class TextBatch(NamedTuple):
    """Windows as tensors, padded on the right."""

    chars_BT: Tensor
    classes_BT: Tensor
    sizes_B: Tensor
    places_BK: Tensor
    runs_BK: Tensor
    shapes_BK: Tensor
    counts_B: Tensor
    """Number of places of each window."""


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
        self.context_dropout = SharedDropout(options.dropout)
        self.context = Stack(recurrence, size, options.context, options.context_layers, True, options.dropout)
        self.stops = Affine(self.context.output_size, 1)
        self.register_buffer("threshold", torch.zeros(()))

    def forward(self, batch: TextBatch) -> tuple[Tensor, Tensor]:
        """Logits of ends_BTL, and of stops_BK."""
        x_BTE = torch.cat([self.characters(batch.chars_BT), self.classes(batch.classes_BT)], dim=-1)
        z_BTH = self.network(x_BTE, _lengths(batch.sizes_B, batch.chars_BT))
        z_BKH = z_BTH.gather(1, batch.places_BK[:, :, None].expand(-1, -1, z_BTH.shape[2]))
        parts = [z_BKH, self.shapes(batch.shapes_BK)]
        if self.runs is not None:
            parts.append(self.context_dropout(self.runs(self._drop(batch.runs_BK))))
        u_BKC = self.context(torch.cat(parts, dim=-1), _lengths(batch.counts_B, batch.places_BK))
        return self.ends(z_BTH), self.stops(u_BKC)[:, :, 0] + self.threshold

    def _drop(self, runs_BK: Tensor) -> Tensor:
        """Replace some runs by the unknown run, only in training."""
        if not self.training or not self.options.run_dropout:
            return runs_BK
        chance_BK = draw(runs_BK.shape, runs_BK.new_empty(0, dtype=torch.float32), Tensor.uniform_)
        return runs_BK.masked_fill(chance_BK < self.options.run_dropout, UNKNOWN)


def _lengths(lengths_B: Tensor, padded_BT: Tensor) -> Tensor | None:
    """The lengths, or None if nothing is padded, which is faster."""
    return None if all_real(lengths_B == padded_BT.shape[1]) else lengths_B


def text_batch(seen: Sequence[Seen]) -> TextBatch:
    """Make a batch of windows."""
    chars, classes, places, runs, shapes = zip(*seen, strict=True)
    return TextBatch(
        padded(chars),
        padded(classes),
        torch.tensor([len(row) for row in chars]),
        padded(places),
        padded(runs),
        padded(shapes),
        torch.tensor([len(row) for row in places]),
    )


def padded(rows: Sequence[Ids], fill: int = PAD) -> Tensor:
    """Pad rows of ids to a matrix."""
    made = np.full((len(rows), max(1, max(map(len, rows)))), fill, dtype=np.int64)
    for number, row in enumerate(rows):
        made[number, : len(row)] = row
    return torch.from_numpy(made)
