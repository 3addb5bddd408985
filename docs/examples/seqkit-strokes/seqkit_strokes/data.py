"""Files of strokes, a point `dx dy pen` in each line; and their facts. Imports no torch."""

from pathlib import Path

import numpy as np

from seqkit import SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.models.vector_facts import TargetVectorFacts


class StrokesFacts(TargetVectorFacts):
    """Mean and standard deviation of dx, dy and pen, and the longest drawing."""

    FILE = Path("strokes") / "points.json"


def read(path, limits=None):
    """The points of a file, (T, 3). Raises SeqkitError with a fix."""
    try:
        points_T3 = np.loadtxt(path, dtype=np.float32, ndmin=2)
    except (OSError, ValueError) as error:
        raise SeqkitError(f"{path}: {error}", "Write: dx dy pen, a point in each line.") from None
    if points_T3.shape[1:] != (3,):
        raise SeqkitError(f"{path}: not three numbers in each line", "Write: dx dy pen.")
    return points_T3


def write(points_T3, path):
    """Write a drawing; the file is complete or absent."""
    with atomic_write(path) as file:
        np.savetxt(file, points_T3, fmt="%.7g")


def example(seed):
    """A synthetic drawing for `seqkit plugins check`."""
    random, steps = np.random.default_rng(seed), 3 + seed % 4
    moves = random.normal(size=(steps, 2))
    return np.column_stack([moves, random.integers(0, 2, steps)]).astype(np.float32)
