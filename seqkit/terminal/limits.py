"""The options that bound what is read from media files: a small file may unpack to an endless one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from seqkit.media import Limits

MaxSeconds = Annotated[
    float | None,
    typer.Option("--max-seconds", min=0.001, help="Media: longest recording or film read. Default: 300."),
]
MaxPixels = Annotated[
    int | None,
    typer.Option("--max-pixels", min=1, help="Media: largest picture or frame read. Default: 50000000."),
]
MaxFrames = Annotated[
    int | None, typer.Option("--max-frames", min=1, help="Media: longest film read. Default: 5000.")
]


def limits_of(seconds: float | None, pixels: int | None, frames: int | None) -> Limits:
    """The limits given, the others at their defaults."""
    from seqkit.media import Limits

    usual = Limits()
    return Limits(seconds or usual.seconds, pixels or usual.pixels, frames or usual.frames)
