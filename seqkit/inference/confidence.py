"""Confidence of a translation and familiarity of its source: two numbers between 0 and 1. Imports only numpy.

confidence = σ(b - w · √(-ln P(y | x) / |y|^a)): the probability that chrF of the translation passes a threshold.

familiarity: the share of dev lines whose pairs of neighbouring pieces occur less often in the training data than those
of this line. `seqkit calibrate` writes `confidence.json` into a model's folder, and counts of the pairs as
`familiar.safetensors`, where each byte has two buckets of floor(log2(1 + count)), at most 15.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write
from seqkit.io.json_files import AGAIN, read_json, write_json
from seqkit.models.folder import model_folder

FACTS, COUNTS = "confidence.json", "familiar.safetensors"
BUCKETS = 380_000
"""Number of buckets of the counts: 190 kB in the folder."""
MOST = 15
LEAST_CONFIDENCE, LEAST_FAMILIARITY = 0.1, 0.05
"""A translation below either of them is in doubt."""

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Confidence:
    """The fitted confidence of a model, as stored in its folder."""

    metric: str
    """Sentence metric, such as chrF2."""
    threshold: float
    """Score from which a translation counts as good, in points of the metric."""
    length_power: float
    """a: with 0 the whole log-probability counts, with 1 its mean for a symbol."""
    intercept: float
    slope: float
    pairs: int
    """Number of dev pairs in the fit."""
    error: float
    """Expected calibration error, cross-validated on dev."""
    quantiles: tuple[float, ...]
    """Evenly spaced quantiles of the mean level of dev lines, from the lowest."""

    def of(self, log_prob: float, length: int) -> float:
        """The probability that the translation passes the threshold. Args: length, in symbols, the end included."""
        z = self.intercept + self.slope * certainty(log_prob, length, self.length_power)
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, z))))

    def familiarity(self, level: float) -> float:
        """Share of the dev lines with a lower level."""
        share = np.interp(level, self.quantiles, np.linspace(0, 1, len(self.quantiles)))
        return float(share)


def certainty(log_prob: float, length: int, power: float) -> float:
    """-√(-ln P / length^power), at most 0. Args: length, in symbols, the end included."""
    return -math.sqrt(max(0.0, -log_prob) / max(length, 1) ** power)


@dataclass(frozen=True)
class Calibrated:
    """The confidence of a model, with the counts of its training data."""

    facts: Confidence
    counts: Bytes

    def level(self, pieces: Sequence[str]) -> float:
        """Mean level of the pairs of neighbouring pieces of a line."""
        return mean_level(self.counts, pieces)

    def save(self, folder: Path) -> list[str]:
        """Write both files; returns their names."""
        from safetensors.numpy import save

        with atomic_write(folder / COUNTS, links=False) as file:
            file.write(save({"levels": self.counts}))
        write_json(folder / FACTS, asdict(self.facts))
        return [FACTS, COUNTS]


def counted(lines: Iterable[Sequence[str]]) -> Bytes:
    """The levels of the pairs of neighbouring pieces in some lines, two buckets a byte."""
    counts = Counter(bucket for pieces in lines for bucket in _buckets(pieces))
    levels = np.zeros(BUCKETS, np.uint8)
    for bucket, count in counts.items():
        levels[bucket] = min(MOST, (1 + count).bit_length() - 1)
    return levels[::2] | np.left_shift(levels[1::2], 4, dtype=np.uint8)


def mean_level(counts: Bytes, pieces: Sequence[str]) -> float:
    """Mean of floor(log2(1 + count)) over the pairs of neighbouring pieces of a line, its bounds included."""
    levels = [int(counts[bucket >> 1]) >> (4 * (bucket & 1)) & 15 for bucket in _buckets(pieces)]
    return sum(levels) / max(len(levels), 1)


def _buckets(pieces: Sequence[str]) -> Iterator[int]:
    for first, second in pairwise(["", *pieces, ""]):
        yield crc32(f"{first}\0{second}".encode()) % BUCKETS


def calibration_of(name_or_folder: str) -> Calibrated | None:
    """The result of `seqkit calibrate` in a model's folder; None for a model without calibration.

    Raises SeqkitError for damaged files.
    """
    folder = model_folder(name_or_folder)
    path = folder / FACTS
    return _read(folder, os.stat(path).st_mtime_ns) if path.is_file() else None


@lru_cache(maxsize=4)
def _read(folder: Path, changed: int) -> Calibrated:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    given = read_json(folder / FACTS)
    try:
        facts = Confidence(**{**given, "quantiles": tuple(given["quantiles"])})
        counts = load_file(folder / COUNTS)["levels"]
    except (TypeError, KeyError, OSError, ValueError, SafetensorError) as error:
        raise SeqkitError(f"{folder / FACTS}: not written by `seqkit calibrate` ({error})", AGAIN) from error
    if counts.dtype != np.uint8 or len(counts) != BUCKETS // 2 or len(facts.quantiles) < 2:
        raise SeqkitError(f"{folder / COUNTS}: not written by `seqkit calibrate`", AGAIN)
    return Calibrated(facts, counts)
