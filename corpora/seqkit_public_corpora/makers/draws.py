"""Functions that all makers share: random numbers of an example, and splits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqkit import SeqkitError

SPLITS = ("train", "dev", "test")
"""The index of a split is part of its seeds: never reorder them."""
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def generator(options: Mapping[str, Any], split: str, index: int) -> np.random.Generator:
    """The random numbers of one example."""
    return np.random.default_rng((options["seed"], SPLITS.index(split), index))


def between(random: np.random.Generator, bounds: list[int]) -> int:
    """A random integer, both bounds included."""
    low, high = bounds
    return int(random.integers(low, high + 1))


def again(corpus: str) -> str:
    """The fix for missing or damaged files."""
    return f"Fetch them again: seqkit corpora get {corpus}."


def check_split(split: str) -> None:
    """Raise SeqkitError for an unknown split."""
    if split not in SPLITS:
        raise SeqkitError(f"no split '{split}'", f"There are {', '.join(SPLITS)}.", exit_code=2)
