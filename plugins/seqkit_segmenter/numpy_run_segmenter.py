"""A segmenter that reads each run of characters by itself, in numpy, for short text.

Shapes: R runs, T characters of one, K places, B windows, H features of z, C of u, L labels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.inference.numpy.weights import Array, Weights
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import Ids
from seqkit_segmenter.numpy_network import NumpyNetwork, lengths
from seqkit_segmenter.run_cache import RunInputs, RunResults
from seqkit_segmenter.run_stream import RunStreamSegmenter


class NumpyRunSegmenter(RunStreamSegmenter[list[Array]]):
    """A segmenter in numpy for the option `char_context=run`."""

    def __init__(self, options: Any, facts: SegmenterFacts, weights: Weights) -> None:
        """Read the weights. Raises LookupError or ValueError if they do not fit, or there is no numpy form."""
        self.facts, self._network = facts, NumpyNetwork(options, facts, weights)
        self.labels(["a."])  # raises ValueError if layers do not fit together

    def run_results(self, runs: RunInputs) -> RunResults:
        z_TRH = self._network.states(runs.chars_RT.T, runs.classes_RT.T, runs.sizes_R)
        z_KH = z_TRH[runs.places_K, runs.run_of_K]
        z_CH = z_TRH.transpose(1, 0, 2)[np.arange(len(z_TRH)) < runs.sizes_R[:, None]]
        y_KE = self._network.place_inputs(z_KH, runs.runs_K, runs.shapes_K, runs.after_K)
        return RunResults(self._network.ends(z_CH), y_KE)

    def prepare(self, y_UE: NDArray[np.float32]) -> list[Array]:
        return self._network.context.prepare(y_UE)

    def context(
        self, prepared_U: list[Array], index_BK: Ids, counts_B: Ids
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        lengths_B = lengths(counts_B, index_BK.shape[1])
        u_KBC = self._network.context.from_table(prepared_U, index_BK.T, lengths_B)
        assert self._network.ends_in_context is not None
        return self._network.stop_logits(u_KBC).T, self._network.ends_in_context(u_KBC).transpose(1, 0, 2)
