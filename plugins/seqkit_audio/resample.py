"""Another number of samples a second, by a windowed sinc.

Shapes: T samples, N samples wanted, J taps.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ZEROS = 16
"""Zero crossings of the sinc on either side."""
BLOCK, PRODUCTS = 4096, 1 << 21
"""Samples made at once, and numbers that they are made from: which bounds memory."""


def resampled(samples_T: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """y_n = Σ_j x_j c sinc(c (t_n - j)) w(t_n - j), t_n = n rate / wanted, c the narrower band; w is Hann's window."""
    if rate == wanted or not len(samples_T):
        return samples_T
    band = min(1.0, wanted / rate)
    reach = int(np.ceil(ZEROS / band))
    padded = np.pad(samples_T.astype(np.float64), reach)
    count = max(1, round(len(samples_T) * wanted / rate))
    step = min(BLOCK, max(1, PRODUCTS // (2 * reach)))
    blocks = (
        _block(
            padded,
            np.arange(first, min(first + step, count), dtype=np.float64) * (rate / wanted),
            reach,
            band,
        )
        for first in range(0, count, step)
    )
    return np.concatenate(list(blocks)).astype(np.float32)


def _block(
    padded: NDArray[np.float64], at_N: NDArray[np.float64], reach: int, band: float
) -> NDArray[np.float64]:
    first_N = np.floor(at_N).astype(np.int64)
    taps_J = np.arange(-reach + 1, reach + 1)
    off_NJ = (at_N - first_N)[:, None] - taps_J
    weights_NJ = np.sinc(band * off_NJ) * np.where(
        np.abs(off_NJ) < reach, np.cos(np.pi * off_NJ / (2 * reach)) ** 2, 0
    )
    weights_NJ /= weights_NJ.sum(axis=1, keepdims=True)
    index_NJ = np.minimum(first_N[:, None] + taps_J + reach, len(padded) - 1)
    return (padded[index_NJ] * weights_NJ).sum(axis=1)
