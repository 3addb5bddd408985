"""Facts of vectors in the training split: mean and standard deviation of each number. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from seqkit.errors import SeqkitError
from seqkit.examples import Pair
from seqkit.models.json_facts import JsonFacts


@dataclass
class NumberFacts(JsonFacts):
    """Mean and standard deviation of each number of a vector. A subclass sets `FILE` and offers `gather`."""

    mean: list[float]
    deviation: list[float]

    @classmethod
    def measured(cls, arrays: Sequence[NDArray[Any]], places: Sequence[object], what: str) -> Self:
        """Measure arrays of rows. Raises SeqkitError if there are none or their widths differ."""
        return cls(*mean_and_deviation(arrays, places, what))


@dataclass
class SourceVectorFacts(NumberFacts):
    """Facts of a `VectorEncoder`. A subclass sets `FILE` and `modality`."""

    modality: ClassVar[str]
    """The name of the encoder: the key of its inputs in `Pair.sources`."""

    @classmethod
    def rows(cls, value: Any) -> NDArray[Any]:
        """An input as rows of numbers, (S, N). Override it where inputs are not such arrays."""
        return np.asarray(value)

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Measure the inputs of the training split. Raises SeqkitError if there are none or their widths differ."""
        there = [pair for pair in pairs if cls.modality in pair.sources]
        arrays = [cls.rows(pair.sources[cls.modality]) for pair in there]
        return cls.measured(arrays, [pair.where for pair in there], "sequences")


@dataclass
class TargetVectorFacts(NumberFacts):
    """Facts of a `VectorDecoder`: also the maximum number of steps. A subclass sets `FILE`."""

    longest: int

    @classmethod
    def rows(cls, value: Any) -> NDArray[Any]:
        """A target as rows of numbers, (T, N). Override it where targets are not such arrays."""
        return np.asarray(value)

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Measure the targets of the training split. Raises SeqkitError if there are none or their widths differ."""
        there = [pair for pair in pairs if pair.target is not None]
        arrays = [cls.rows(pair.target) for pair in there]
        measured = mean_and_deviation(arrays, [pair.where for pair in there], "sequences")
        return cls(*measured, longest=max(map(len, arrays)))


def mean_and_deviation(
    arrays: Sequence[NDArray[Any]], places: Sequence[object], what: str
) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each column. Raises SeqkitError if there is no row, or widths differ.

    Args: places, where each array comes from; what, their name in messages, such as "sequences".
    """
    if not sum(map(len, arrays)):
        raise SeqkitError(f"there are no {what} to learn from", "Give a table with a column for them.")
    for array, place in zip(arrays, places, strict=True):
        if array.shape[-1] != arrays[0].shape[-1]:
            problem = f"{array.shape[-1]} numbers, where the first has {arrays[0].shape[-1]}"
            raise SeqkitError(f"{place or what}: {problem}", "All must have the same count.")
    every_ND = np.concatenate(arrays).astype(np.float64)
    return every_ND.mean(axis=0).tolist(), np.maximum(every_ND.std(axis=0), 1e-6).tolist()
