"""Facts of the training sequences: mean and standard deviation of each number, and the longest sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from seqkit import SeqkitError
from seqkit.examples import Pair
from seqkit.io.json_files import stored_record, write_json

FILE = Path("frames") / "numbers.json"
SOURCE_FILE = Path("frames") / "source.json"
VECTOR_FILE = Path("vector") / "numbers.json"


@dataclass
class FramesFacts:
    """Mean and standard deviation of each of the D numbers, and the maximum number of steps."""

    mean: list[float]
    deviation: list[float]
    longest: int

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Measure the targets of the training split. Raises SeqkitError if there are none or their widths differ."""
        there = [pair for pair in pairs if pair.target is not None]
        targets = [np.asarray(pair.target) for pair in there]
        if not targets:
            raise SeqkitError("there are no sequences to learn from", "Give a table with targets.")
        for pair, target in zip(there, targets, strict=True):
            if target.shape[1] != targets[0].shape[1]:
                said = f"{target.shape[1]} numbers a step, where the first sequence has {targets[0].shape[1]}"
                raise SeqkitError(f"{pair.where or 'target'}: {said}", "All must have the same count.")
        every_ND = np.concatenate(targets).astype(np.float64)
        deviation = np.maximum(every_ND.std(axis=0), 1e-6)
        return cls(every_ND.mean(axis=0).tolist(), deviation.tolist(), max(map(len, targets)))

    def save(self, folder: Path) -> None:
        """Write `frames/numbers.json`."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with stored_record(folder / FILE, "a decoder of vectors") as told:
            mean, deviation = [[float(number) for number in told[name]] for name in ("mean", "deviation")]
            return cls(mean, deviation, int(told["longest"]))


@dataclass
class Numbers:
    """Mean and standard deviation of each number of a vector."""

    FILE: ClassVar[Path]
    mean: list[float]
    deviation: list[float]

    @classmethod
    def measured(cls, arrays: Sequence[NDArray[Any]], places: Sequence[object], what: str) -> Self:
        """Measure arrays of rows. Raises SeqkitError if there are none or their widths differ."""
        if not arrays:
            raise SeqkitError(f"there are no {what} to learn from", "Give a table with a column for them.")
        for array, place in zip(arrays, places, strict=True):
            if array.shape[-1] != arrays[0].shape[-1]:
                said = f"{array.shape[-1]} numbers, where the first has {arrays[0].shape[-1]}"
                raise SeqkitError(f"{place or what}: {said}", "All must have the same count.")
        every_ND = np.concatenate(arrays).astype(np.float64)
        deviation = np.maximum(every_ND.std(axis=0), 1e-6)
        return cls(every_ND.mean(axis=0).tolist(), deviation.tolist())

    def save(self, folder: Path) -> None:
        """Write the numbers."""
        write_json(folder / self.FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with stored_record(folder / cls.FILE, "a model of vectors") as told:
            return cls(*([float(number) for number in told[name]] for name in ("mean", "deviation")))


@dataclass
class SourceFramesFacts(Numbers):
    """Of the sequences that are read."""

    FILE = SOURCE_FILE

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Measure the training split's sources."""
        there = [pair for pair in pairs if "frames" in pair.sources]
        arrays = [np.asarray(pair.sources["frames"]) for pair in there]
        return cls.measured(arrays, [pair.where for pair in there], "sequences")


@dataclass
class VectorFacts(Numbers):
    """Of the vectors that are written."""

    FILE = VECTOR_FILE

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Measure the training split's targets."""
        there = [pair for pair in pairs if pair.target is not None]
        arrays = [np.asarray(pair.target).reshape(1, -1) for pair in there]
        return cls.measured(arrays, [pair.where for pair in there], "vectors")
