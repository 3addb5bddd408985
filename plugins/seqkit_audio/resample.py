"""Resampling by libsoxr, a band-limited filter with aliases below -120 dB.

Shapes: T input samples, N output samples.
"""

from __future__ import annotations

from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from seqkit import MissingPackageError


def resampled(samples_T: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """Resample a recording from `rate` to `wanted` Hz; the result has at least one sample."""
    if rate == wanted or not len(samples_T):
        return samples_T
    samples_N = np.asarray(_soxr().resample(samples_T, rate, wanted, quality="HQ"), np.float32)
    return samples_N if len(samples_N) else samples_T.mean(keepdims=True)


def _soxr() -> ModuleType:
    try:
        import soxr
    except (ImportError, OSError):
        raise MissingPackageError(
            "recordings are resampled with soxr, which is not installed",
            "Install it: pip install soxr (in a checkout: pip install '.[audio]').",
        ) from None
    return soxr
