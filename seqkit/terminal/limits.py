"""Options that limit the decoded size of media files: a small file may expand without limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from seqkit.media import Limits

MaxSeconds = Annotated[
    float | None,
    typer.Option(
        "--max-seconds", min=0.001, help="Media: maximum seconds of a recording or film. Default: 300."
    ),
]
MaxPixels = Annotated[
    int | None,
    typer.Option(
        "--max-pixels", min=1, help="Media: maximum pixels of a picture or frame. Default: 50000000."
    ),
]
MaxFrames = Annotated[
    int | None, typer.Option("--max-frames", min=1, help="Media: maximum frames of a film. Default: 5000.")
]


@dataclass(frozen=True)
class LimitFlags:
    """The limits on the command line; None if an option is absent."""

    seconds: float | None = None
    pixels: int | None = None
    frames: int | None = None

    @property
    def flags(self) -> dict[str, object]:
        """Flag -> value."""
        return {"--max-seconds": self.seconds, "--max-pixels": self.pixels, "--max-frames": self.frames}

    def limits(self) -> Limits:
        """Return the limits, absent ones at their defaults."""
        from seqkit.media import Limits

        default = Limits()
        return Limits(
            self.seconds or default.seconds, self.pixels or default.pixels, self.frames or default.frames
        )
