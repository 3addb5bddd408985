"""Facts of the training sequences: mean and standard deviation of each number, and the longest sequence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from seqkit.examples import Pair
from seqkit.io.json_files import stored_record
from seqkit.io.json_shapes import number, numbers
from seqkit.models.vector_facts import NumberFacts, SourceVectorFacts, TargetVectorFacts


@dataclass
class FramesFacts(TargetVectorFacts):
    """Facts of target sequences."""

    FILE = Path("frames") / "numbers.json"


@dataclass
class SourceFramesFacts(SourceVectorFacts):
    """Facts of source sequences."""

    FILE = Path("frames") / "source.json"
    modality = "frames"


@dataclass
class VectorFacts(NumberFacts):
    """Facts of target vectors."""

    FILE = Path("vector") / "numbers.json"
    step_input: float = 1.0
    """The input of the decoder's only step. 0 in older models, which do not record it: their input matrix had no
    gradient and keeps its initial values."""

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with stored_record(folder / cls.FILE, "a decoder of one vector") as stored:
            mean, deviation = (numbers(stored[name]) for name in ("mean", "deviation"))
            return cls(mean, deviation, number(stored.get("step_input", 0.0)))

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Measure the training split's targets."""
        there = [pair for pair in pairs if pair.target is not None]
        arrays = [np.asarray(pair.target).reshape(1, -1) for pair in there]
        return cls.measured(arrays, [pair.where for pair in there], "vectors")
