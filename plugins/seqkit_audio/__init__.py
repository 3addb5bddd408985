"""Sound in: log-mel frames, convolutions that shorten, recurrent layers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from seqkit import EncoderSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class AudioOptions:
    """Options of the audio encoder."""

    sample_rate: int = field(default=0, metadata={"unit": "Hz"})
    """Samples a second that everything is brought to; 0 takes the commonest of the training split."""
    mel_bands: int = field(default=40, metadata={"unit": "bands"})
    """Bands of the spectrogram, evenly spaced in mel."""
    audio_channels: int = field(default=32, metadata={"unit": "channels"})
    """Channels of each convolution."""
    audio_halvings: int = field(default=2, metadata={"unit": "convolutions"})
    """Convolutions; each halves bands and frames (2: four frames of 10 ms a step)."""
    audio_masks: int = field(default=2, metadata={"unit": "stretches"})
    """In training, so many stretches of time and of bands are hidden (SpecAugment, Park et al. 2019)."""
    audio_warp: float = field(default=0.1, metadata={"unit": "share"})
    """In training, a recording is played faster or slower by up to this share."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 0, 192_000, "sample_rate")
        check_range(self, 1, 512, "mel_bands")
        check_range(self, 1, math.inf, "audio_channels")
        check_range(self, 1, 6, "audio_halvings")
        check_range(self, 0, 20, "audio_masks")
        check_range(self, 0, 0.5, "audio_warp")


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """Sound in."""
    yield EncoderSpec(
        "audio",
        build="seqkit_audio.encoder:AudioEncoder",
        facts="seqkit_audio.facts:AudioFacts",
        options=AudioOptions,
        summary="sound, in log-mel frames",
        reader="seqkit_audio.files:read_sound",
        suffixes=(".wav", ".flac", ".ogg"),
    )
