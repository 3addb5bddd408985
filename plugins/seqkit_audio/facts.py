"""What the training recordings told: their rate, and each band's mean and standard deviation."""

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

if TYPE_CHECKING:
    from torch import Tensor

FILE = Path("audio") / "bands.json"
MEASURED = 2000
"""Recordings that mean and deviation are taken from, evenly spaced where there are more."""


@dataclass
class AudioFacts:
    """Samples a second, and mean and standard deviation of ln power in each band."""

    rate: int
    mean: list[float]
    deviation: list[float]

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Measure the training split. Raises SeqkitError where it holds no sound."""
        import torch

        from seqkit_audio.features import log_mel
        from seqkit_audio.resample import resampled

        sounds = [pair.sources["audio"] for pair in pairs if "audio" in pair.sources]
        if not sounds:
            raise SeqkitError(
                "there is no sound to learn from", "Give recordings, or choose another encoder."
            )
        rate = options.sample_rate or Counter(sound.rate for sound in sounds).most_common(1)[0][0]
        some = (
            resampled(sound.samples_T, sound.rate, rate)
            for sound in sounds[:: math.ceil(len(sounds) / MEASURED)]
        )
        # Copied: an array read elsewhere may not be written to, which torch does not know.
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
        with stored_record(folder / FILE, "an audio encoder") as told:
            mean, deviation = [[float(number) for number in told[name]] for name in ("mean", "deviation")]
            return cls(int(told["rate"]), mean, deviation)


def _mean_and_deviation(blocks: Iterable[Tensor]) -> tuple[list[float], list[float]]:
    """Of each band over all frames, x_FM a recording; no more than one is held at a time."""
    import torch

    count, sum_M, squares_M = 0, torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
    for x_FM in blocks:
        count += len(x_FM)
        sum_M = sum_M + x_FM.double().sum(0)
        squares_M = squares_M + x_FM.double().square().sum(0)
    mean_M = sum_M / count
    deviation_M = (squares_M / count - mean_M.square()).clamp(min=1e-6).sqrt()
    return mean_M.tolist(), deviation_M.tolist()
