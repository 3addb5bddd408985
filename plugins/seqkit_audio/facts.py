"""Facts of the training recordings: sample rate, and mean and standard deviation of each band."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from seqkit import SeqkitError
from seqkit.examples import Pair
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import numbers, whole

if TYPE_CHECKING:
    from torch import Tensor

FILE = Path("audio") / "bands.json"
MEASURED = 2000
"""Maximum number of recordings for mean and standard deviation, evenly spaced if there are more."""


@dataclass
class AudioFacts:
    """Sample rate in Hz, and mean and standard deviation of ln power in each band."""

    rate: int
    mean: list[float]
    deviation: list[float]

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Measure the training split. Raises SeqkitError if it has no sound."""
        import torch

        from seqkit_audio.features import log_mel
        from seqkit_audio.resample import resampled

        sounds = [pair.sources["audio"] for pair in pairs if "audio" in pair.sources]
        if not sounds:
            raise SeqkitError(
                "the training data have no recordings", "Add recordings, or choose another encoder."
            )
        rate = options.sample_rate or Counter(sound.rate for sound in sounds).most_common(1)[0][0]
        some = (
            resampled(sound.samples_T, sound.rate, rate)
            for sound in sounds[:: math.ceil(len(sounds) / MEASURED)]
        )
        # Copied, because the array may be read-only, which torch does not support.
        frames = (
            log_mel(torch.from_numpy(np.array(samples_T)), rate, options.mel_bands) for samples_T in some
        )
        return cls(int(rate), *_mean_and_deviation(frames))

    def save(self, folder: Path) -> None:
        """Write `audio/bands.json`."""
        write_json(folder / FILE, {"rate": self.rate, "mean": self.mean, "deviation": self.deviation})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with stored_record(folder / FILE, "an audio encoder") as stored:
            mean, deviation = (numbers(stored[name]) for name in ("mean", "deviation"))
            return cls(whole(stored["rate"], 1), mean, deviation)


def _mean_and_deviation(blocks: Iterable[Tensor]) -> tuple[list[float], list[float]]:
    """Mean and standard deviation of each band over all frames; one recording x_FM is in memory at a time."""
    import torch

    count, sum_M, squares_M = 0, torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for x_FM in blocks:
        count += len(x_FM)
        sum_M = sum_M + x_FM.double().sum(0)
        squares_M = squares_M + x_FM.double().square().sum(0)
    mean_M = sum_M / count
    deviation_M = (squares_M / count - mean_M.square()).clamp(min=1e-6).sqrt()
    return mean_M.tolist(), deviation_M.tolist()
