"""What the training sequences told: each number's mean and deviation, and the longest sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from seqkit import SeqkitError
from seqkit.examples import Pair
from seqkit.io.json_files import stored_record, write_json

FILE = Path("frames") / "numbers.json"


@dataclass
class FramesFacts:
    """Mean and standard deviation of each of the D numbers, and the most steps."""

    mean: list[float]
    deviation: list[float]
    longest: int

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Measure the training split's targets. Raises SeqkitError where there is none, or their widths differ."""
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
