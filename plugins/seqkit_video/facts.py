"""Facts of the training films: size of a frame, colour channels, and number of frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from seqkit import SeqkitError
from seqkit.examples import Pair
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import number, whole
from seqkit.media import Film

LARGEST = 64
"""Default maximum of rows or columns of a frame."""


@dataclass
class Shape:
    """Facts of the films of a training split."""

    height: int
    width: int
    channels: int
    frames: int
    rate: float

    @classmethod
    def of(cls, films: Sequence[Film], height: int = 0) -> Self:
        """Medians over films; with a height, the width in proportion. Raises SeqkitError if there is no film."""
        if not films:
            raise SeqkitError(
                "the training data have no films", "Add films, or choose another encoder or decoder."
            )
        shapes = np.array([film.frames_FHWC.shape for film in films])
        rows, columns = (float(number) for number in np.median(shapes[:, 1:3], axis=0))
        scale = height / rows if height else min(1.0, LARGEST / max(rows, columns))
        frames = round(float(np.median(shapes[:, 0])))
        rate = float(np.median([film.rate for film in films]))
        return cls(
            max(8, round(rows * scale)), max(8, round(columns * scale)), int(shapes[:, 3].max()), frames, rate
        )

    def save_as(self, path: Path) -> None:
        """Write the facts as JSON."""
        write_json(path, asdict(self))

    @classmethod
    def load_from(cls, path: Path) -> Self:
        """Read what `save_as` wrote."""
        with stored_record(path, "a model of films") as stored:
            sizes = [whole(stored[name], 1, 100_000) for name in ("height", "width", "channels", "frames")]
            return cls(*sizes, rate=number(stored["rate"]))  # type: ignore[misc]


@dataclass
class VideoFacts:
    """Facts of source films."""

    shape: Shape

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Measure the training split's sources."""
        films = [pair.sources["video"] for pair in pairs if "video" in pair.sources]
        return cls(Shape.of(films, options.video_height))

    def save(self, folder: Path) -> None:
        """Write `video/read.json`."""
        self.shape.save_as(folder / "video" / "read.json")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        return cls(Shape.load_from(folder / "video" / "read.json"))


@dataclass
class FilmFacts:
    """Facts of target films."""

    shape: Shape

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Measure the training split's targets."""
        return cls(Shape.of([pair.target for pair in pairs if isinstance(pair.target, Film)]))

    def save(self, folder: Path) -> None:
        """Write `video/written.json`."""
        self.shape.save_as(folder / "video" / "written.json")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        return cls(Shape.load_from(folder / "video" / "written.json"))
