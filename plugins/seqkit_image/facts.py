"""Facts of the training pictures: height, colour channels and brightness."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from seqkit import SeqkitError
from seqkit.examples import Pair
from seqkit.io.json_files import stored_record, write_json
from seqkit.io.json_shapes import number, whole

FILE = Path("image") / "pictures.json"
MEASURED = 2000
"""Maximum number of pictures for measuring brightness, evenly spaced if there are more."""
TALLEST = 64


@dataclass
class ImageFacts:
    """Rows and channels of pictures, and mean and standard deviation of values from 0 to 1."""

    height: int
    channels: int
    mean: float
    deviation: float

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any) -> Self:
        """Measure the training split. Raises SeqkitError if it has no picture."""
        pictures = [pair.sources["image"] for pair in pairs if "image" in pair.sources]
        if not pictures:
            raise SeqkitError(
                "the training data have no pictures", "Add pictures, or choose another encoder."
            )
        heights = [picture.pixels_HWC.shape[0] for picture in pictures]
        height = options.image_height or min(TALLEST, max(8, round(float(np.median(heights)))))
        coloured = any(picture.pixels_HWC.shape[2] == 3 for picture in pictures)
        channels = {"auto": 3 if coloured else 1, "grey": 1, "rgb": 3}[options.image_colours]
        some = pictures[:: math.ceil(len(pictures) / MEASURED)]
        means = [float(picture.pixels_HWC.mean()) / 255 for picture in some]
        squares = [float(np.square(picture.pixels_HWC.astype(np.float32) / 255).mean()) for picture in some]
        mean = float(np.mean(means))
        deviation = max(math.sqrt(max(float(np.mean(squares)) - mean**2, 0.0)), 1e-2)
        return cls(height, channels, mean, deviation)

    def save(self, folder: Path) -> None:
        """Write `image/pictures.json`."""
        write_json(folder / FILE, asdict(self))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        with stored_record(folder / FILE, "an image encoder") as stored:
            size = whole(stored["height"], 1, 100_000), whole(stored["channels"], 1, 3)
            return cls(*size, number(stored["mean"]), number(stored["deviation"]))
