"""The image encoder: convolutions compute a sequence of columns, recurrent layers read the columns."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from seqkit import EncoderSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class ImageOptions:
    """Options of the image encoder."""

    image_height: int = field(default=0, metadata={"unit": "rows"})
    """Height in rows to which pictures are scaled, width in proportion; 0 uses the median in training, at most 64."""
    image_colours: Literal["auto", "grey", "rgb"] = "auto"
    """Colour channels; auto uses rgb if a training picture has colours."""
    image_channels: int = field(default=32, metadata={"unit": "channels"})
    """Channels of the first convolution; the others have twice as many."""
    image_shift: float = field(default=0.05, metadata={"unit": "share"})
    """Maximum random shift in training, up, down, left or right, as a share of the height."""
    image_warp: float = field(default=0.03, metadata={"unit": "share"})
    """Standard deviation of the smooth random warp in training, as a share of the height; 0 turns it off."""
    image_noise: float = 0.0
    """Standard deviation of the noise added in training, relative to that of all grey values."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, 1024, "image_height")
        check_range(self, 1, math.inf, "image_channels")
        check_range(self, 0, 0.5, "image_shift", "image_warp")
        check_range(self, 0, math.inf, "image_noise")


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """The encoder `image`."""
    yield EncoderSpec(
        "image",
        build="seqkit_image.encoder:ImageEncoder",
        facts="seqkit_image.facts:ImageFacts",
        options=ImageOptions,
        summary="a picture, column by column",
        reader="seqkit_image.files:read_picture",
        example="seqkit_image.examples:picture",
        suffixes=(".png", ".jpg", ".jpeg", ".webp"),
    )
