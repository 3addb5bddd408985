"""What the training recordings told: their rate, and each band's mean and standard deviation."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from seqkit import SeqkitError
from seqkit.formats.examples import Pair
from seqkit.models.parts import AGAIN, read_json, write_json

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
        x_FM = torch.cat(
            [log_mel(torch.from_numpy(np.array(samples_T)), rate, options.mel_bands) for samples_T in some]
        ).double()
        return cls(int(rate), x_FM.mean(0).tolist(), x_FM.std(0, correction=0).clamp(min=1e-3).tolist())

    def save(self, folder: Path) -> None:
        """Write `audio/bands.json`."""
        write_json(folder / FILE, {"rate": self.rate, "mean": self.mean, "deviation": self.deviation})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        told = read_json(folder / FILE)
        try:
            mean, deviation = [[float(number) for number in told[name]] for name in ("mean", "deviation")]
            return cls(int(told["rate"]), mean, deviation)
        except (KeyError, TypeError, ValueError):
            raise SeqkitError(f"{folder / FILE}: not what an audio encoder keeps", AGAIN) from None
