"""Recordings, pictures and films in memory, as readers of media files yield them and encoders take them.

Shapes: T samples, H rows, W columns, C channels (1 grey, 3 red, green, blue), F frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the grey value (ITU-R BT.601)."""


@dataclass(frozen=True)
class Limits:
    """Maximum lengths and sizes, checked before decoding: a small file may decode to an unbounded recording."""

    seconds: float = 300.0
    """Maximum duration of a recording or film, in seconds."""
    pixels: int = 50_000_000
    """Maximum number of pixels of a picture or frame."""
    frames: int = 5_000
    """Maximum number of frames of a film."""


@dataclass(frozen=True, eq=False)
class Sound:
    """A recording with one channel; samples range from -1 to 1."""

    samples_T: NDArray[np.float32]
    rate: int
    """Samples per second."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture; values range from 0 to 255."""

    pixels_HWC: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Film:
    """A film; all frames have the same size, and values range from 0 to 255."""

    frames_FHWC: NDArray[np.uint8]
    rate: float = 8.0
    """Frames per second."""
