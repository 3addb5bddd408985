"""A segmenter that reads whole windows, in numpy, for short text.

Shapes: B windows, T characters, K possible sentence ends (places), H features of z, C of u.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.inference.numpy.weights import Weights
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import PAD, Ids, Seen
from seqkit_segmenter.numpy_network import NumpyNetwork, lengths
from seqkit_segmenter.stream import WindowSegmenter


class NumpySegmenter(WindowSegmenter):
    """A trained segmenter in numpy."""

    def __init__(self, options: Any, facts: SegmenterFacts, weights: Weights) -> None:
        """Read the weights. Raises LookupError or ValueError if they do not fit, or there is no numpy form."""
        self.facts, self._network = facts, NumpyNetwork(options, facts, weights)
        self.labels(["a."])  # raises ValueError if layers do not fit together

    def answers(self, seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        chars_TB, classes_TB, places_KB, *of_places = map(_padded, zip(*seen, strict=True))
        z_TBH = self._network.states(chars_TB, classes_TB, np.array([len(one.chars_T) for one in seen]))
        y_KBE = self._network.place_inputs(z_TBH[places_KB, np.arange(len(seen))], *of_places)
        counts_B = np.array([len(one.places_K) for one in seen])
        u_KBC = self._network.context(y_KBE, lengths(counts_B, len(places_KB)))
        return self._network.ends(z_TBH).transpose(1, 0, 2), self._network.stop_logits(u_KBC).T


def _padded(windows: Sequence[Ids]) -> Ids:
    """Pad rows of ids to the columns of a matrix."""
    made = np.full((max(1, max(map(len, windows))), len(windows)), PAD, dtype=np.int64)
    for number, ids in enumerate(windows):
        made[: len(ids), number] = ids
    return made
