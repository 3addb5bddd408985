"""Synthetic recordings for the conformance suite."""

from __future__ import annotations

import numpy as np

from seqkit.media import Sound


def sound(seed: int) -> Sound:
    """A tone with noise, at least 0.15 s long, at 8 kHz."""
    random, count = np.random.default_rng(seed), 1200 + 400 * (seed % 5)
    tone_T = np.sin(2 * np.pi * random.uniform(100, 900) * np.arange(count) / 8000)
    return Sound((0.5 * tone_T + random.normal(0, 0.1, count)).astype(np.float32), 8000)
