"""What all makers share: the random numbers of one example, and the shares of a split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from seqkit import SeqkitError

SPLITS = ("train", "dev", "test")
"""Their places here are part of the seeds: never reorder them."""
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def generator(options: Mapping[str, Any], split: str, index: int) -> np.random.Generator:
    """The random numbers of one example."""
    return np.random.default_rng((options["seed"], SPLITS.index(split), index))


def between(random: np.random.Generator, bounds: list[int]) -> int:
    """A whole number, both bounds included."""
    low, high = bounds
    return int(random.integers(low, high + 1))


def again(corpus: str) -> str:
    """How to mend files that are missing or damaged."""
    return f"Fetch them again: seqkit corpora get {corpus}."


def check_split(split: str) -> None:
    """Raise SeqkitError for a split that no maker knows."""
    if split not in SPLITS:
        raise SeqkitError(f"no split '{split}'", f"There are {', '.join(SPLITS)}.", exit_code=2)
