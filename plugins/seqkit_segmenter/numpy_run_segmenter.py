"""A segmenter that reads each run of characters by itself, in numpy, for short text.

Shapes: R runs, T characters of one, K places, B windows, H features of z, C of u, L labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.inference.numpy.chains import Stack
from seqkit.inference.numpy.embedding import rows
from seqkit.inference.numpy.functions import Affine
from seqkit.inference.numpy.loading import needed_form
from seqkit.inference.numpy.weights import Array, Weights
from seqkit_segmenter.decode import LABELS
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import CLASSES, SHAPES, Ids
from seqkit_segmenter.run_cache import RunInputs, RunResults
from seqkit_segmenter.run_stream import RunStreamSegmenter


class NumpyRunSegmenter(RunStreamSegmenter[list[Array]]):
    """The network of `seqkit_segmenter.model` with `char_context=run`."""

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
        self._after = table("after.weight", 2 + len(CLASSES), None)
        self._context = Stack.of(form, weights.part("context"), options.context_layers, bidirectional=True)
        self._ends_in_context = Affine(weights.part("ends_in_context"), None, LABELS)
        self._stops, self._threshold = Affine(weights.part("stops"), None, 1), weights("threshold")
        self.labels(["a."])  # raises ValueError if layers do not fit together

    def run_results(self, runs: RunInputs) -> RunResults:
        x_TRE = np.concatenate(
            [rows(self._characters, runs.chars_RT.T), rows(self._classes, runs.classes_RT.T)], axis=-1
        )
        T = len(x_TRE)
        z_TRH = self._network(x_TRE, None if (runs.sizes_R == T).all() else runs.sizes_R)
        parts = [z_TRH[runs.places_K, runs.run_of_K], rows(self._shapes, runs.shapes_K)]
        if self._runs is not None:
            parts.append(rows(self._runs, runs.runs_K))
        parts.append(rows(self._after, runs.after_K))
        z_CH = z_TRH.transpose(1, 0, 2)[np.arange(T) < runs.sizes_R[:, None]]
        return RunResults(self._ends(z_CH), np.concatenate(parts, axis=-1))

    def prepare(self, y_UE: NDArray[np.float32]) -> list[Array]:
        return self._context.prepare(y_UE)

    def context(
        self, prepared_U: list[Array], index_BK: Ids, counts_B: Ids
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        lengths_B = None if (counts_B == index_BK.shape[1]).all() else counts_B
        u_KBC = self._context.from_table(prepared_U, index_BK.T, lengths_B)
        stops_KB = self._stops(u_KBC)[:, :, 0] + self._threshold
        return stops_KB.T, self._ends_in_context(u_KBC).transpose(1, 0, 2)
