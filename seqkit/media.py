"""Sound, pictures and films in memory: what readers of media files yield, and what encoders take.

Shapes: T samples, H rows, W columns, C channels (1 grey, 3 red, green, blue), F frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LUMA = (0.299, 0.587, 0.114)
"""Grey of red, green and blue (ITU-R BT.601)."""


@dataclass(frozen=True)
class Limits:
    """Maximum lengths and sizes, checked before decoding: a small file may contain an endless recording."""

    seconds: float = 300.0
    """Of a recording or a film."""
    pixels: int = 50_000_000
    """Of a picture, or of a frame."""
    frames: int = 5_000
    """Of a film."""


@dataclass(frozen=True, eq=False)
class Sound:
    """One channel, from -1 to 1."""

    samples_T: NDArray[np.float32]
    rate: int
    """Samples a second."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Values from 0 to 255."""

    pixels_HWC: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Film:
    """Frames from 0 to 255, all of one size."""

    frames_FHWC: NDArray[np.uint8]
    rate: float = 8.0
    """Frames a second."""
