"""Synthetic films for the conformance suite."""

from __future__ import annotations

import numpy as np

from seqkit.media import Film


def film(seed: int) -> Film:
    """A bright square of 4 × 4 pixels that moves over 16 × 16 pixels, in at least 3 frames."""
    random, count = np.random.default_rng(seed), 3 + seed % 4
    frames_FHWC = np.zeros((count, 16, 16, 1), dtype=np.uint8)
    row, column = random.integers(0, 6, 2)
    for frame in range(count):
        frames_FHWC[frame, row + frame : row + frame + 4, column + frame : column + frame + 4] = 230
    return Film(frames_FHWC)
