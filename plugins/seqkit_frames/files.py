"""Sequences of vectors in .npy files, a row for each step. Shapes: T steps, D numbers."""

from __future__ import annotations

from pathlib import Path
from tokenize import TokenError
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from seqkit import SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.media import Limits

FAULTS = (ValueError, TypeError, OverflowError, OSError, EOFError, SyntaxError, TokenError, BadZipFile)
"""Exceptions of numpy for files that it cannot read."""


def read_vectors(path: str | Path, limits: Limits | None = None) -> NDArray[np.float32]:
    """The array in a file, (T, D); one of one axis is a sequence of single numbers.

    Raises SeqkitError for a file that is missing, not .npy, truncated, of another shape, longer than
    `limits.frames`, empty, or with numbers that are not finite. Pickled objects are never read.
    """
    path, limits = Path(path), limits or Limits()
    try:
        stored = np.load(path, mmap_mode="r", allow_pickle=False)
    except FileNotFoundError:
        raise SeqkitError(f"{path}: no such file", "Check the path.") from None
    except FAULTS as error:
        raise SeqkitError(f"{path}: cannot be read as .npy ({error})", "Write it with numpy.save.") from None
    fault = _fault(stored, limits)
    if fault:
        raise SeqkitError(f"{path}: {fault}", "It must hold numbers, a row for each step.")
    with np.errstate(over="ignore"):
        values = np.array(stored, dtype=np.float32)
    if not np.isfinite(values).all():
        raise SeqkitError(f"{path}: holds numbers that are not finite", "Replace them.")
    return values[:, None] if values.ndim == 1 else values


def _fault(stored: object, limits: Limits) -> str:
    if not isinstance(stored, np.ndarray) or stored.dtype.kind not in "fiub":
        return "holds no array of numbers"
    if stored.ndim not in (1, 2) or not stored.size:
        return f"holds an array of shape {stored.shape}"
    if len(stored) > limits.frames:
        return f"has {len(stored):,} steps, more than the {limits.frames:,} frames allowed"
    if stored.size > limits.pixels:
        return f"has {stored.size:,} numbers, more than the {limits.pixels:,} pixels allowed"
    return ""


def write_vectors(vectors_TD: NDArray[np.float32], path: str | Path) -> None:
    """Write an array as .npy, atomically."""
    with atomic_write(path) as file:
        np.save(file, np.ascontiguousarray(vectors_TD, dtype=np.float32), allow_pickle=False)


def read_vector(path: str | Path, limits: Limits | None = None) -> NDArray[np.float32]:
    """The one vector in a file, (D,). Raises SeqkitError as `read_vectors`, and for several rows."""
    values = read_vectors(path, limits)
    if 1 not in values.shape:
        fix = "Give an array of one axis, or choose the decoder of sequences: --set decoder=frames."
        raise SeqkitError(f"{path}: holds {len(values)} vectors, not one", fix)
    return values.reshape(-1)


def write_vector(vector_D: NDArray[np.float32], path: str | Path) -> None:
    """Write one vector as .npy."""
    write_vectors(vector_D, path)
