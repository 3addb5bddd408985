"""Films in, films out, and sequences of vectors out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from seqkit import DecoderSpec, EncoderSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class VideoOptions:
    """Options of the video encoder."""

    video_height: int = field(default=0, metadata={"unit": "rows"})
    """Rows that every frame is scaled to; 0 takes the training split's median, 64 at most."""
    video_every: int = field(default=1, metadata={"unit": "frames"})
    """One in so many frames is read; in training, from any of the first ones on."""
    video_places: bool = False
    """Who writes may look at places of a frame, too, not at whole frames alone."""
    video_channels: int = field(default=32, metadata={"unit": "channels"})
    """Channels of the first convolution over a frame; the others have twice as many."""
    video_features: int = field(default=128, metadata={"unit": "features"})
    """Numbers that say where in a frame something is, beside what is seen anywhere in it."""
    video_warp: float = field(default=0.02, metadata={"unit": "share"})
    """In training, films are warped smoothly, by this share of their height in the usual case; 0: not."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 0, 512, "video_height")
        check_range(self, 1, math.inf, "video_every", "video_channels", "video_features")
        check_range(self, 0, 0.5, "video_warp")


@dataclass(frozen=True)
class FilmOptions:
    """Options of the video decoder."""

    film_objects: int = field(default=2, metadata={"unit": "objects"})
    """Most things that move in a film; one that has fewer leaves the others empty."""
    film_patch: int = field(default=0, metadata={"unit": "rows"})
    """Rows and columns that one thing covers at most; 0 takes half a frame's."""
    film_look: int = field(default=16, metadata={"unit": "features"})
    """Numbers that say how a thing looks, beside what the source says of it."""
    film_channels: int = field(default=16, metadata={"unit": "channels"})
    """Channels of the first convolution; the others have up to four times as many."""
    film_kl: float = 4.0
    """Weight of keeping looks drawable: higher, drawn ones are more like real ones, but differ less."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 1, 5, "film_objects")
        check_range(self, 0, 512, "film_patch")
        check_range(self, 1, math.inf, "film_look", "film_channels")
        check_range(self, 0, math.inf, "film_kl")


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


@hookimpl
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """Films out."""
    yield DecoderSpec(
        "video",
        build="seqkit_video.decoder:VideoDecoder",
        facts="seqkit_video.facts:FilmFacts",
        options=FilmOptions,
        summary="a film: things that look and move as the source says",
        reader="seqkit_video.files:read_film",
        writer="seqkit_video.files:write_film",
        suffixes=(".gif", ".mp4", ".webm"),
    )
