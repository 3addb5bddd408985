"""Synthetic pictures for the conformance suite."""

from __future__ import annotations

import numpy as np

from seqkit.media import Picture


def picture(seed: int) -> Picture:
    """Grey noise of 12 rows and at least 8 columns."""
    shape = (12, 8 + 5 * (seed % 5), 1)
    return Picture(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))
