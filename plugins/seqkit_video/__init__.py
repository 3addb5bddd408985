"""The video encoder and the video decoder."""

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
    """Height in rows to which frames are scaled; 0 uses the median of the training split, at most 64."""
    video_every: int = field(default=1, metadata={"unit": "frames"})
    """Read one in this many frames; in training with a random first frame."""
    video_places: bool = False
    """Let the decoder attend to grid cells within a frame, too."""
    video_channels: int = field(default=32, metadata={"unit": "channels"})
    """Channels of the first convolution over a frame; the others have twice as many."""
    video_features: int = field(default=128, metadata={"unit": "features"})
    """Features of a frame for positions, in addition to those for its content."""
    video_warp: float = field(default=0.02, metadata={"unit": "share"})
    """Standard deviation of the smooth random warp in training, as a share of the height; 0 turns it off."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, 512, "video_height")
        check_range(self, 1, math.inf, "video_every", "video_channels", "video_features")
        check_range(self, 0, 0.5, "video_warp")


@dataclass(frozen=True)
class FilmOptions:
    """Options of the video decoder."""

    film_objects: int = field(default=2, metadata={"unit": "objects"})
    """Maximum number of moving objects in a film."""
    film_patch: int = field(default=0, metadata={"unit": "rows"})
    """Maximum size of an object in rows and columns; 0 uses half of a frame."""
    film_look: int = field(default=16, metadata={"unit": "features"})
    """Size of the latent vector of an object's appearance."""
    film_channels: int = field(default=16, metadata={"unit": "channels"})
    """Channels of the first convolution; the others have up to four times as many."""
    film_kl: float = 4.0
    """Weight of the KL divergence of appearances; with a higher one, samples are more realistic and less varied."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 1, 5, "film_objects")
        check_range(self, 0, 512, "film_patch")
        check_range(self, 1, math.inf, "film_look", "film_channels")
        check_range(self, 0, math.inf, "film_kl")


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """The encoder `video`."""
    yield EncoderSpec(
        "video",
        build="seqkit_video.encoder:VideoEncoder",
        facts="seqkit_video.facts:VideoFacts",
        options=VideoOptions,
        summary="a film, frame by frame",
        reader="seqkit_video.files:read_film",
        example="seqkit_video.examples:film",
        suffixes=(".mp4", ".webm", ".gif"),
    )


@hookimpl
def seqkit_decoders() -> Iterable[DecoderSpec]:
    """The decoder `video`."""
    yield DecoderSpec(
        "video",
        build="seqkit_video.decoder:VideoDecoder",
        facts="seqkit_video.facts:FilmFacts",
        options=FilmOptions,
        summary="a film of moving objects",
        reader="seqkit_video.files:read_film",
        writer="seqkit_video.files:write_film",
        example="seqkit_video.examples:film",
        suffixes=(".gif", ".mp4", ".webm"),
    )
