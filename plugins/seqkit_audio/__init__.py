"""The audio encoder: log-mel frames, strided convolutions, recurrent layers."""

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
    """Sample rate in Hz to which recordings are resampled; 0 uses the most frequent one of the training split."""
    mel_bands: int = field(default=40, metadata={"unit": "bands"})
    """Number of bands of the spectrogram, evenly spaced on the mel scale."""
    audio_channels: int = field(default=32, metadata={"unit": "channels"})
    """Channels of each convolution."""
    audio_halvings: int = field(default=2, metadata={"unit": "convolutions"})
    """Number of convolutions; each halves bands and frames (2: a step is four frames of 10 ms)."""
    audio_masks: int = field(default=2, metadata={"unit": "masks"})
    """Number of masks over time, and over bands, in training (SpecAugment, Park et al. 2019)."""
    audio_warp: float = field(default=0.1, metadata={"unit": "share"})
    """Maximum relative change of tempo in training."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, 192_000, "sample_rate")
        check_range(self, 1, 512, "mel_bands")
        check_range(self, 1, math.inf, "audio_channels")
        check_range(self, 1, 6, "audio_halvings")
        check_range(self, 0, 20, "audio_masks")
        check_range(self, 0, 0.5, "audio_warp")


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """The encoder `audio`."""
    yield EncoderSpec(
        "audio",
        build="seqkit_audio.encoder:AudioEncoder",
        facts="seqkit_audio.facts:AudioFacts",
        options=AudioOptions,
        summary="sound, as log-mel frames",
        reader="seqkit_audio.files:read_sound",
        example="seqkit_audio.examples:sound",
        suffixes=(".wav", ".flac", ".ogg"),
    )
