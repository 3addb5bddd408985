"""Digits that move on a black canvas and are reflected at its border, with captions of their motions.

Shapes: F frames, H rows, W columns, C = 1 channel.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit.examples import Item, SourceLocation
from seqkit.media import Film
from seqkit_public_corpora.makers.draws import between, check_split, generator
from seqkit_public_corpora.makers.mnist import SIDE, draw, to_bytes

MOTIONS = ("left and right", "up and down")
VERBS = ("moving", "going")
HELD_OUT = 10
"""One in this many captions of two digits occurs in test only."""


class Mover(NamedTuple):
    """A digit and its motion. Captions name movers in their order: those that move left and right first."""

    motion: int
    digit: int

    def __str__(self) -> str:
        return f"digit {self.digit} is {VERBS[self.motion]} {MOTIONS[self.motion]}"


ALL = tuple(Mover(*both) for both in product(range(len(MOTIONS)), range(10)))


def caption(movers: Sequence[Mover]) -> str:
    """ "digit 5 is moving left and right and digit 0 is going up and down"."""
    return " and ".join(map(str, sorted(movers)))


@cache
def two_movers(held_out: bool) -> tuple[tuple[Mover, Mover], ...]:
    """The pairs of movers whose captions occur in test only, or all others, chosen by a hash."""
    pairs = sorted(
        combinations_with_replacement(ALL, 2),
        key=lambda pair: hashlib.sha256(caption(pair).encode()).digest(),
    )
    count = len(pairs) // HELD_OUT
    return tuple(pairs[:count] if held_out else pairs[count:])


def clips(folder: Path, split: str, options: Mapping[str, Any]) -> Iterator[Item]:
    """One digit in even clips, two in odd ones: reads and writes "video" and "text", the caption."""
    check_split(split)
    for index in range(options["count"][split]):
        random = generator(options, split, index)
        movers = _movers(random, split, 1 + index % 2)
        film, text = Film(_frames(folder, split, movers, random, options), options["rate"]), caption(movers)
        where = SourceLocation(f"moving-digits:{split}", index + 1)
        yield Item({"video": film, "text": text}, {"text": text, "video": film}, where)


def _movers(random: np.random.Generator, split: str, count: int) -> Sequence[Mover]:
    if count == 1:
        return (ALL[int(random.integers(len(ALL)))],)
    pairs = two_movers(split == "test")
    return pairs[int(random.integers(len(pairs)))]


def _frames(
    folder: Path,
    split: str,
    movers: Sequence[Mover],
    random: np.random.Generator,
    options: Mapping[str, Any],
) -> NDArray[np.uint8]:
    """All frames, (F, canvas, canvas, 1); overlapping pixels take the brighter value."""
    side, frames = options["canvas"], options["frames"]
    frames_FHW = np.zeros((frames, side, side), np.uint8)
    for mover in movers:
        image_HW = to_bytes(draw(folder, split, mover.digit, random, options["shares"]))
        still = between(random, [0, side - SIDE])
        moving_F = _path(random, side - SIDE, frames, options["speed"])
        for frame_HW, moving in zip(frames_FHW, moving_F, strict=True):
            top, left = (still, moving) if mover.motion == 0 else (moving, still)
            place = frame_HW[top : top + SIDE, left : left + SIDE]
            np.maximum(place, image_HW, out=place)
    return frames_FHW[..., None]


def _path(random: np.random.Generator, room: int, frames: int, speeds: list[int]) -> list[int]:
    """Positions from 0 to `room` in each frame, at one speed (pixels per frame), reflected at both ends."""
    start, speed = between(random, [0, room]), between(random, speeds)
    # Unfolded, the path there and back is a circle of length 2 · room.
    direction = 1 if random.integers(2) else -1
    unfolded_F = (start + direction * speed * np.arange(frames)) % (2 * room)
    positions: list[int] = np.minimum(unfolded_F, 2 * room - unfolded_F).tolist()
    return positions
