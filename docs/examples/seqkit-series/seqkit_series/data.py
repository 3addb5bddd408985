"""Files, and what the training data determine: mean and deviation of each number. Imports no torch."""

import csv
from pathlib import Path

import numpy as np

from seqkit import SeqkitError
from seqkit.models.vector_facts import SourceVectorFacts


class SeriesFacts(SourceVectorFacts):
    """Mean and standard deviation; `rows` makes an array (steps, numbers) of an input."""

    FILE = Path("series") / "source.json"
    modality = "series"


def read(path, limits=None):
    """The numbers of a CSV file with a header, a step in each row, (steps, columns). Raises SeqkitError with a fix."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            _, *cells = csv.reader(file)
        rows = np.array([[float(cell) for cell in row] for row in cells], dtype=np.float32)
    except (OSError, ValueError) as error:
        raise SeqkitError(f"{path}: {error}", "Give a header, then rows of numbers.") from None
    if rows.ndim != 2 or not rows.size or not np.isfinite(rows).all():
        raise SeqkitError(f"{path}: not rows of equally many finite numbers", "Correct or remove such rows.")
    return rows


def example(seed):
    """A synthetic input for `seqkit plugins check`."""
    return np.random.default_rng(seed).normal(size=(2 + seed % 5, 3)).astype(np.float32)
