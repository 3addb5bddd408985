"""The network of `seqkit_segmenter.model` in numpy, for short text.

Shapes: B windows, T characters, K possible sentence ends (places), H features of z, C of u.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.inference.numpy.chains import Stack
from seqkit.inference.numpy.embedding import rows
from seqkit.inference.numpy.functions import Affine
from seqkit.inference.numpy.loading import needed_form
from seqkit.inference.numpy.weights import Weights
from seqkit_segmenter.decode import LABELS
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import CLASSES, PAD, SHAPES, Ids, Seen
from seqkit_segmenter.stream import WindowSegmenter


class NumpySegmenter(WindowSegmenter):
    """A trained segmenter in numpy."""

    def __init__(self, options: Any, facts: SegmenterFacts, weights: Weights) -> None:
        """Read the weights. Raises LookupError or ValueError if they do not fit, or there is no numpy form."""
        self.facts, form = facts, needed_form(options.recurrence)
        table = weights.table
        self._characters = table("characters.weight", 2 + len(facts.characters), options.char_size)
        self._classes = table("classes.weight", 2 + len(CLASSES), options.class_size)
        self._network = Stack.of(form, weights.part("network"), options.layers, bidirectional=True)
        self._ends = Affine(weights.part("ends"), None, LABELS)
        self._runs = table("runs.weight", 2 + len(facts.runs), options.run_size) if options.run_size else None
        self._shapes = table("shapes.weight", 2 + len(SHAPES), None)
        self._context = Stack.of(form, weights.part("context"), options.context_layers, bidirectional=True)
        self._stops, self._threshold = Affine(weights.part("stops"), None, 1), weights("threshold")
        self.labels(["a."])  # raises ValueError if layers do not fit together

    def answers(self, seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chars, classes, places, runs, shapes, _ = zip(*seen, strict=True)
        x_TBE = np.concatenate(
            [rows(self._characters, _padded(chars)), rows(self._classes, _padded(classes))],
            axis=-1,
        )
        z_TBH = self._network(x_TBE, _lengths(chars))
        places_KB = _padded(places)
        parts = [z_TBH[places_KB, np.arange(len(seen))], rows(self._shapes, _padded(shapes))]
        if self._runs is not None:
            parts.append(rows(self._runs, _padded(runs)))
        u_KBC = self._context(np.concatenate(parts, axis=-1), _lengths(places))
        stops_KB = self._stops(u_KBC)[:, :, 0] + self._threshold
        return self._ends(z_TBH).transpose(1, 0, 2), stops_KB.T


def _lengths(windows: Sequence[Ids]) -> Ids | None:
    """The lengths, or None if nothing is padded."""
    lengths_B = np.array(list(map(len, windows)))
    return None if (lengths_B == max(1, lengths_B.max())).all() else lengths_B


def _padded(windows: Sequence[Ids]) -> Ids:
    """Pad rows of ids to the columns of a matrix."""
    made = np.full((max(1, max(map(len, windows))), len(windows)), PAD, dtype=np.int64)
    for number, ids in enumerate(windows):
        made[: len(ids), number] = ids
    return made
