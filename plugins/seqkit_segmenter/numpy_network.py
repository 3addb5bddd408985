"""The layers of `seqkit_segmenter.model` in numpy.

Shapes: B sequences of T characters, K possible sentence ends (places), H features of z, C of u. Time comes first.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from seqkit.inference.numpy.chains import Stack
from seqkit.inference.numpy.embedding import rows
from seqkit.inference.numpy.functions import Affine
from seqkit.inference.numpy.loading import needed_form
from seqkit.inference.numpy.weights import Array, Weights
from seqkit_segmenter.decode import LABELS
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import CLASSES, SHAPES, Ids


class NumpyNetwork:
    """The network's layers, named as in `SegmenterModel`."""

    def __init__(self, options: Any, facts: SegmenterFacts, weights: Weights) -> None:
        """Read the weights. Raises LookupError or ValueError if they do not fit, or there is no numpy form."""
        form, table = needed_form(options.recurrence), weights.table
        self._characters = table("characters.weight", 2 + len(facts.characters), options.char_size)
        self._classes = table("classes.weight", 2 + len(CLASSES), options.class_size)
        self._network = Stack.of(form, weights.part("network"), options.layers, bidirectional=True)
        self.ends = Affine(weights.part("ends"), None, LABELS)
        self._runs = table("runs.weight", 2 + len(facts.runs), options.run_size) if options.run_size else None
        self._shapes = table("shapes.weight", 2 + len(SHAPES), None)
        self.context = Stack.of(form, weights.part("context"), options.context_layers, bidirectional=True)
        self._stops, self._threshold = Affine(weights.part("stops"), None, 1), weights("threshold")
        self._after = self.ends_in_context = None
        if options.char_context == "run":
            self._after = table("after.weight", 2 + len(CLASSES), None)
            self.ends_in_context = Affine(weights.part("ends_in_context"), None, LABELS)

    def states(self, chars_TB: Ids, classes_TB: Ids, sizes_B: Ids) -> Array:
        """The states z_TBH of sequences of characters."""
        x_TBE = np.concatenate([rows(self._characters, chars_TB), rows(self._classes, classes_TB)], axis=-1)
        return self._network(x_TBE, lengths(sizes_B, len(chars_TB)))

    def place_inputs(self, z_KH: Array, runs_K: Ids, shapes_K: Ids, after_K: Ids) -> Array:
        """The inputs y_k of the network over possible sentence ends, (…, features)."""
        parts = [z_KH, rows(self._shapes, shapes_K)]
        if self._runs is not None:
            parts.append(rows(self._runs, runs_K))
        if self._after is not None:
            parts.append(rows(self._after, after_K))
        return np.concatenate(parts, axis=-1)

    def stop_logits(self, u_KBC: Array) -> Array:
        """Logits of sentence ends, stops_KB."""
        stops_KB: Array = self._stops(u_KBC)[:, :, 0] + self._threshold
        return stops_KB


def lengths(sizes_B: Ids, longest: int) -> Ids | None:
    """The lengths, or None if nothing is padded, which is faster."""
    return None if (sizes_B == longest).all() else sizes_B
