"""Targets that read media files (pictures, recordings, films, vectors) with damaged bytes or false headers."""

from __future__ import annotations

import io
import wave
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from seqkit_audio.files import read_sound
from seqkit_frames.files import read_vectors
from seqkit_image.files import read_picture
from seqkit_video.files import read_film

from fuzzing.mutate import bytes_mutated
from fuzzing.readers import Target
from seqkit.media import Limits

LIMITS = Limits(seconds=5, pixels=1_000_000, frames=200)
SHAPES = (
    "(3, 4)",
    "(10**26, 4)",
    "(True, 4)",
    "(-1, 4)",
    "(3,)",
    "()",
    "(3, 4, 5)",
    "(99999999999, 4)",
    "x",
    "(3.0, 4)",
)


@cache
def picture(format: str) -> bytes:
    """A small picture."""
    from PIL import Image

    file = io.BytesIO()
    pixels = np.arange(20 * 30 * 3, dtype=np.uint8).reshape(20, 30, 3)
    Image.fromarray(pixels).save(file, format)
    return file.getvalue()


@cache
def recording(format: str) -> bytes:
    """A tenth of a second of sound."""
    file = io.BytesIO()
    samples = (np.sin(np.arange(800) / 5) * 9000).astype("<i2")
    if format != "wav":
        import soundfile

        soundfile.write(file, samples, 8000, format=format)
        return file.getvalue()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, 8000, 0, "NONE", ""))
        out.writeframes(samples.tobytes())
    return file.getvalue()


@cache
def film(folder: Path, suffix: str) -> bytes:
    """A few frames."""
    from seqkit_video.files import write_film

    from seqkit.media import Film

    path = folder / f"whole.{suffix}"
    write_film(Film(np.arange(4 * 16 * 16 * 1, dtype=np.uint8).reshape(4, 16, 16, 1)), path)
    return path.read_bytes()


def vectors(random: Random) -> bytes:
    """A .npy file, sometimes with another shape or dtype in its header."""
    file = io.BytesIO()
    np.save(file, np.ones((3, 4), dtype=random.choice((np.float32, np.float64, np.int64, bool))))
    data = file.getvalue()
    if random.random() < 0.5:
        shape = random.choice(SHAPES)
        header = data[10:128].decode("latin-1").rstrip().replace("(3, 4)", shape)
        data = data[:10] + header.ljust(117).encode("latin-1") + b"\n" + data[128:]
    return data


def _written(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def pictures(random: Random, folder: Path) -> object:
    """Read a damaged picture."""
    format, suffix = random.choice((("PNG", "png"), ("JPEG", "jpg"), ("WEBP", "webp")))
    return read_picture(_written(folder, f"x.{suffix}", bytes_mutated(picture(format), random)), LIMITS)


def sounds(random: Random, folder: Path) -> object:
    """Read a damaged recording."""
    format = random.choice(("wav", "flac", "ogg"))
    return read_sound(_written(folder, f"x.{format}", bytes_mutated(recording(format), random)), LIMITS)


def films(random: Random, folder: Path) -> object:
    """Read a damaged film."""
    suffix = random.choice(("gif", "gif", "mp4", "webm"))
    return read_film(_written(folder, f"x.{suffix}", bytes_mutated(film(folder, suffix), random)), LIMITS)


def arrays(random: Random, folder: Path) -> object:
    """Read a .npy file with a false header or damaged bytes."""
    data = vectors(random)
    if random.random() < 0.6:
        data = bytes_mutated(data, random)
    return read_vectors(_written(folder, "x.npy", data), LIMITS)


TARGETS: dict[str, tuple[int, Target]] = {
    "pictures": (3, pictures),
    "sounds": (3, sounds),
    "films": (1, films),
    "arrays": (4, arrays),
}
"""Name -> share of the cases, and the target."""
