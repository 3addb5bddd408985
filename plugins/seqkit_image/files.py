"""Read pictures from PNG, JPEG and WebP files with Pillow."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from seqkit import MissingPackageError, SeqkitError
from seqkit.media import Limits, Picture

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""Suffix -> Pillow's name of the format."""
GREY = ("1", "L", "I", "I;16", "F")
"""Pillow's modes without colour."""


def read_picture(path: str | Path, limits: Limits | None = None) -> Picture:
    """Read a picture, grey or RGB, on a white background.

    Raises SeqkitError for a file that is missing, has more than `limits.pixels` (before anything is decoded), is
    broken, or of another format than its suffix says.
    """
    path, limits = Path(path), limits or Limits()
    if not path.is_file():
        raise SeqkitError(f"{path}: no such file", "Check the path.")
    image_module, failures = _pillow()
    try:
        with warnings.catch_warnings(), _without_its_limit(image_module):
            # Ignore warnings on harmless faults, such as a palette with a transparent colour.
            warnings.simplefilter("ignore")
            with image_module.open(path, formats=sorted(set(FORMATS.values()))) as image:
                _check(path, image, limits)
                image.load()
                return Picture(_pixels(image))
    except failures as error:
        raise SeqkitError(
            f"{path}: not a picture that can be read ({error})",
            "Pictures are PNG, JPEG and WebP files; get the file again if it is one.",
        ) from None


@contextmanager
def _without_its_limit(image_module: Any) -> Iterator[None]:
    """Disable Pillow's own limit of 179 million pixels; seqkit checks its own limit before decoding."""
    usual, image_module.MAX_IMAGE_PIXELS = image_module.MAX_IMAGE_PIXELS, None
    try:
        yield
    finally:
        image_module.MAX_IMAGE_PIXELS = usual


def _check(path: Path, image: Any, limits: Limits) -> None:
    """Raise SeqkitError for a wrong suffix, or for too many pixels."""
    if image.format != FORMATS.get(path.suffix.lower(), image.format):
        raise SeqkitError(f"{path}: holds {image.format}, not what its suffix says", "Rename it.")
    width, height = image.size
    if width * height > limits.pixels:
        raise SeqkitError(
            f"{path}: has {width} × {height} pixels, more than the {limits.pixels:,} allowed",
            "Make it smaller, or raise the limit.",
        )


def _pixels(image: Any) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The picture in the orientation of its EXIF data, (H, W, 1) or (H, W, 3)."""
    from PIL import Image, ImageOps

    image = ImageOps.exif_transpose(image)
    if image.mode in ("I", "I;16", "F"):
        # These modes have at most 16 bits per pixel.
        values = np.asarray(image, dtype=np.float32)
        return (values / 257).clip(0, 255).astype(np.uint8)[:, :, None]
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        above = image.convert("RGBA")
        below = Image.new("RGBA", above.size, (255, 255, 255, 255))
        below.alpha_composite(above)
        image = below.convert("L" if image.mode in ("L", "LA", "La") else "RGB")
    pixels = np.asarray(image.convert("L" if image.mode in GREY else "RGB"))
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _pillow() -> tuple[Any, tuple[type[Exception], ...]]:
    """Pillow's Image module, and the exceptions that it raises for bad files."""
    try:
        from PIL import Image
    except ImportError:
        raise MissingPackageError(
            "pictures are read with Pillow, which is not installed",
            "Install it: pip install pillow (in a checkout: pip install '.[image]').",
        ) from None
    import struct
    import zlib

    return Image, (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error)
