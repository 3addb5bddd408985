"""MNIST digits: the images of each split, and functions that rotate and scale them.

Shapes: N images of one digit, H rows, W columns; grey values from 0 (background) to 1 (ink).
"""

from __future__ import annotations

import gzip
import json
import math
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit import SeqkitError
from seqkit.examples import Item, SourceLocation
from seqkit.media import Picture
from seqkit_public_corpora.makers.draws import again, check_split

SIDE = 28

Image = NDArray[np.float32]


def digits(folder: Path, split: str, options: Mapping[str, Any]) -> Iterator[Item]:
    """Every image of a split, ordered by digit: reads "image" (28×28, white on black), writes "text" ("7")."""
    check_split(split)
    for digit in range(10):
        first, last = bounds(len(images(folder, digit)), split, options["shares"])
        for index in range(first, last):
            where = SourceLocation(str(folder / f"{digit}.json.gz"), index + 1)
            yield Item({"image": picture(images(folder, digit)[index])}, {"text": str(digit)}, where)


def bounds(count: int, split: str, shares: Mapping[str, list[int]]) -> tuple[int, int]:
    """First and last (exclusive) image of a split; `shares` are per cent of the images, in their order."""
    first, last = shares[split]
    return count * first // 100, count * last // 100


def draw(
    folder: Path, split: str, digit: int, random: np.random.Generator, shares: Mapping[str, list[int]]
) -> Image:
    """A random image of a digit from the split."""
    found_NHW = images(folder, digit)
    return found_NHW[int(random.integers(*bounds(len(found_NHW), split, shares)))]


@lru_cache(maxsize=10)
def images(folder: Path, digit: int) -> NDArray[np.float32]:
    """All images of a digit, (N, 28, 28), from 0 to 1. Raises SeqkitError if the file does not contain them."""
    path = folder / f"{digit}.json.gz"
    try:
        values = json.loads(gzip.decompress(path.read_bytes()))["data"]
        found_NHW = np.array(values, np.float32).reshape(-1, SIDE, SIDE)
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise SeqkitError(f"{path}: holds no images of MNIST ({error})", again("mnist")) from error
    found_NHW.flags.writeable = False
    return found_NHW


def rotated(image_HW: Image, degrees: float, scale: float, size: int) -> Image:
    """Rotate (anticlockwise) and scale an image about its centre, on a square of `size`; bilinear, black outside.

    Each pixel of the result is interpolated between four pixels at its source position.
    """
    angle = math.radians(degrees)
    middle, far = (size - 1) / 2, np.arange(size)
    y_H1, x_1W = (far - middle)[:, None], (far - middle)[None, :]
    centre = (SIDE - 1) / 2
    y_HW = (math.cos(angle) * y_H1 + math.sin(angle) * x_1W) / scale + centre
    x_HW = (-math.sin(angle) * y_H1 + math.cos(angle) * x_1W) / scale + centre
    return _between_pixels(image_HW, y_HW, x_HW)


def _between_pixels(image_HW: Image, y_HW: NDArray[np.float64], x_HW: NDArray[np.float64]) -> Image:
    """Interpolate bilinearly at these positions; 0 outside of the image."""
    # A border of two black pixels, to which positions outside are clamped.
    framed = np.pad(image_HW, 2)
    y_HW = np.clip(y_HW + 2, 0, framed.shape[0] - 1.001)
    x_HW = np.clip(x_HW + 2, 0, framed.shape[1] - 1.001)
    top, left = y_HW.astype(np.int64), x_HW.astype(np.int64)
    down, right = y_HW - top, x_HW - left
    upper = framed[top, left] * (1 - right) + framed[top, left + 1] * right
    lower = framed[top + 1, left] * (1 - right) + framed[top + 1, left + 1] * right
    return np.asarray(upper * (1 - down) + lower * down, np.float32)


def picture(grey_HW: Image) -> Picture:
    """Grey values, clipped to 0 to 1, as a picture of one channel."""
    return Picture(to_bytes(grey_HW)[:, :, None])


def to_bytes(grey: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Convert values from 0 to 1 to bytes from 0 to 255, rounded."""
    return np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)
