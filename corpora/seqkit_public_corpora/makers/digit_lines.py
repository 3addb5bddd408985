"""Lines of handwritten digits, rotated, scaled and shifted at random, with noise; and questions about two digits.

Shapes: H rows, W columns; grey values from 0 (background) to 1 (ink).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.examples import Item, SourceLocation
from seqkit_public_corpora.makers.draws import WORDS, between, check_split, generator
from seqkit_public_corpora.makers.mnist import SIDE, Image, draw, picture, rotated


def lines(folder: Path, split: str, options: Mapping[str, Any]) -> Iterator[Item]:
    """Reads "image", writes "text" ("40721")."""
    check_split(split)
    for index in range(options["count"][split]):
        random = generator(options, split, index)
        digits = random.integers(10, size=between(random, options["digits"])).tolist()
        line_HW = _line(folder, split, digits, random, options)
        text = "".join(map(str, digits))
        yield Item(
            {"image": picture(line_HW)}, {"text": text}, SourceLocation(f"digit-lines:{split}", index + 1)
        )


def questions(folder: Path, split: str, options: Mapping[str, Any]) -> Iterator[Item]:
    """Two different digits; reads "image" and "text" ("left" or "right"), writes "text" ("seven").

    The digits differ, so that neither the image nor the question alone determines the answer.
    """
    check_split(split)
    for index in range(options["count"][split]):
        random = generator(options, split, index)
        digits = random.choice(10, size=2, replace=False).tolist()
        side = int(random.integers(2))
        image = picture(_line(folder, split, digits, random, options))
        reads = {"image": image, "text": ("left", "right")[side]}
        yield Item(
            reads, {"text": WORDS[digits[side]]}, SourceLocation(f"digit-questions:{split}", index + 1)
        )


def _line(
    folder: Path,
    split: str,
    digits: Sequence[int],
    random: np.random.Generator,
    options: Mapping[str, Any],
) -> Image:
    """Put digits side by side, with spacing measured between ink; overlapping pixels take the brighter value."""
    inks = [_ink(draw(folder, split, digit, random, options["shares"]), random, options) for digit in digits]
    spaces = [between(random, options["spacing"]) for _ in digits[1:]]
    margin, height = options["margin"], options["height"]
    width = sum(ink.shape[1] for ink in inks) + sum(spaces) + 2 * margin
    line_HW = np.zeros((height, width), np.float32)
    left = margin
    for ink, space in zip(inks, [*spaces, 0], strict=True):
        place = line_HW[:, left : left + ink.shape[1]]
        np.maximum(place, ink, out=place)
        left += ink.shape[1] + space
    return line_HW + random.normal(0, options["noise"], line_HW.shape).astype(np.float32)


def _ink(image_HW: Image, random: np.random.Generator, options: Mapping[str, Any]) -> Image:
    """Rotate, scale and shift a digit, and crop it to the columns with ink: (height, columns)."""
    degrees, scale = random.uniform(*options["rotation"]), random.uniform(*options["scale"])
    down, height = between(random, options["jitter"]), options["height"]
    # Large enough for the image's corners, with the parity of `height`, so that both centres coincide.
    size = math.ceil(SIDE * options["scale"][1] * math.sqrt(2)) + 2 * max(map(abs, options["jitter"]))
    size += (size - height) % 2
    rotated_HW = rotated(image_HW, degrees, scale, size)
    top = (size - height) // 2 - down
    band_HW = rotated_HW[top : top + height]
    columns = np.flatnonzero(band_HW.max(axis=0) >= options["ink"])
    if not columns.size:
        return band_HW
    return band_HW[:, columns[0] : columns[-1] + 1]
