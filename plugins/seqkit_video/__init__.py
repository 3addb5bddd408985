"""Films in, films out, and sequences of vectors out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import EncoderSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class VideoOptions:
    """Options of the video encoder."""

    video_height: int = 0
    """Rows that every frame is scaled to; 0 takes the training split's median, 64 at most."""
    video_channels: int = 16
    """Channels of the first convolution over a frame; each next has as many more."""
    video_features: int = 256
    """Size of x_t, what is known of a frame."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 0, 512, "video_height")
        check_range(self, 1, math.inf, "video_channels", "video_features")


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """Films in."""
    yield EncoderSpec(
        "video",
        build="seqkit_video.encoder:VideoEncoder",
        facts="seqkit_video.facts:VideoFacts",
        options=VideoOptions,
        summary="a film, frame by frame",
        reader="seqkit_video.files:read_film",
        suffixes=(".mp4", ".webm", ".gif"),
    )
