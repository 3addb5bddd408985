"""Pictures in: convolutions that leave columns, recurrent layers over the columns."""

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
    """Rows that every picture is scaled to, its width in proportion; 0: the training split's median, 64 at most."""
    image_colours: Literal["auto", "grey", "rgb"] = "auto"
    """What is looked at; auto: colours where a training picture has some."""
    image_channels: int = field(default=32, metadata={"unit": "channels"})
    """Channels of the first convolution; the others have twice as many."""
    image_shift: float = field(default=0.05, metadata={"unit": "share"})
    """In training, a picture is moved up or down, left or right, by up to this share of its height."""
    image_warp: float = field(default=0.03, metadata={"unit": "share"})
    """In training, pictures are warped smoothly, by this share of their height in the usual case; 0: not."""
    image_noise: float = 0.0
    """In training, noise of this deviation is added, of that of all grey values."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value that no network can be made of."""
        check_range(self, 0, 1024, "image_height")
        check_range(self, 1, math.inf, "image_channels")
        check_range(self, 0, 0.5, "image_shift", "image_warp")
        check_range(self, 0, math.inf, "image_noise")


@hookimpl
def seqkit_encoders() -> Iterable[EncoderSpec]:
    """Pictures in."""
    yield EncoderSpec(
        "image",
        build="seqkit_image.encoder:ImageEncoder",
        facts="seqkit_image.facts:ImageFacts",
        options=ImageOptions,
        summary="a picture, column by column",
        reader="seqkit_image.files:read_picture",
        suffixes=(".png", ".jpg", ".jpeg", ".webp"),
    )
