"""Read recordings from WAV, FLAC and OGG files with soundfile; plain WAV files without it, too.

Shapes: T samples, C channels.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from seqkit import MissingPackageError, SeqkitError
from seqkit.media import Limits, Sound
from seqkit_audio.pcm import read_pcm

FORMATS = {".wav": ("WAV", "WAVEX", "RF64"), ".flac": ("FLAC",), ".ogg": ("OGG",)}
"""Suffix -> libsndfile's name of the format."""
BLOCK = 1 << 20
"""Number of samples, over all channels, in a block that is decoded and averaged."""
MOST = 100_000_000
"""Maximum number of samples after averaging, for any limit of seconds: a small file may declare any rate."""
FASTEST = 1_000_000
"""Maximum sample rate in Hz; a higher one means a wrong header."""
ENDLESS = 1 << 60
"""libsndfile reports more samples than this for a FLAC file without a length, which it cannot read."""
PAGE = 65_536
"""Number of bytes that is larger than any Ogg page."""


def read_sound(path: str | Path, limits: Limits | None = None) -> Sound:
    """Read a recording, with its channels averaged.

    Raises SeqkitError for a file that is missing, longer than `limits.seconds` or empty (before anything is decoded),
    broken, truncated, or of another format than its suffix says.
    """
    path, limits = Path(path), limits or Limits()
    if not path.is_file():
        raise SeqkitError(f"{path}: no such file", "Check the path.")
    try:
        soundfile = _soundfile()
    except SeqkitError as missing:
        # Plain WAV files can be read without soundfile, in training and by the models.
        if path.suffix.lower() != ".wav":
            raise
        return read_pcm(path, limits, missing)
    try:
        info = soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError) as error:
        raise SeqkitError(
            f"{path}: not a recording that can be read ({error})", _supported_formats()
        ) from None
    if info.format not in FORMATS.get(path.suffix.lower(), (info.format,)):
        raise SeqkitError(f"{path}: holds {info.format}, not what its suffix says", "Rename it.")
    if _is_truncated(path):
        raise SeqkitError(f"{path}: ends before the recording does", "Get the file again.")
    _check_length(path, info, limits)
    return _decoded(path, soundfile)


def _check_length(path: Path, info: Any, limits: Limits) -> None:
    """Raise SeqkitError for an empty or a too long recording."""
    if not info.frames:
        raise SeqkitError(f"{path}: holds no sound", "Leave it out, or record it again.")
    if info.samplerate > FASTEST:
        raise SeqkitError(f"{path}: declares {info.samplerate:,} samples per second", "Get the file again.")
    if info.frames > ENDLESS:
        raise SeqkitError(f"{path}: has no length in its header", "Write it to a file, not to a pipe.")
    seconds = info.frames / info.samplerate
    if seconds > limits.seconds:
        raise SeqkitError(
            f"{path}: lasts {seconds:.1f} s, more than the {limits.seconds:g} s allowed",
            "Shorten it, or raise the limit.",
        )
    if info.frames > MOST:
        raise SeqkitError(f"{path}: has more than {MOST:,} samples", "Shorten it, or lower its rate.")


def _decoded(path: Path, soundfile: ModuleType) -> Sound:
    try:
        with soundfile.SoundFile(str(path)) as file:
            samples_T, rate = np.empty(file.frames, np.float32), file.samplerate
            step, done = max(1, BLOCK // file.channels), 0
            while done < file.frames:
                block_TC = file.read(step, dtype="float32", always_2d=True)
                if not len(block_TC):
                    break
                samples_T[done : done + len(block_TC)] = block_TC.mean(axis=1)
                done += len(block_TC)
    except (soundfile.SoundFileError, OSError) as error:
        raise SeqkitError(f"{path}: broken ({error})", "Get the file again.") from None
    if done < len(samples_T):
        raise SeqkitError(f"{path}: ends before the recording does", "Get the file again.")
    if not np.isfinite(samples_T).all():
        raise SeqkitError(f"{path}: holds samples that are not numbers", "Get the file again.")
    return Sound(np.clip(samples_T, -1, 1), rate)


def _is_truncated(path: Path) -> bool:
    """Whether a WAV or OGG file is truncated; libsndfile reads the rest without an error."""
    size = path.stat().st_size
    with open(path, "rb") as file:
        head = file.read(12)
        file.seek(max(0, size - PAGE))
        tail = file.read()
    if head[:4] == b"OggS":
        return not _ends_with_last_page(tail)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return False
    declared = int.from_bytes(head[4:8], "little")
    # 0 and the largest number mean that the recorder could not fill in the length.
    return 0 < declared < 0xFFFFFF00 and size < declared + 8 - 1


def _ends_with_last_page(tail: bytes) -> bool:
    """Whether the last Ogg page is complete and marked as the end of its stream (RFC 3533, section 6)."""
    page = tail[tail.rfind(b"OggS\0") :]
    if len(page) < 27 or not page[5] & 4:
        return False
    lengths = page[27 : 27 + page[26]]
    return len(lengths) == page[26] and len(page) >= 27 + len(lengths) + sum(lengths)


def _supported_formats() -> str:
    return f"Recordings are {', '.join(sorted(FORMATS))} files."


def _soundfile() -> ModuleType:
    try:
        import soundfile
    except (ImportError, OSError):
        raise MissingPackageError(
            "recordings are read with soundfile, which is not installed",
            "Install it: pip install soundfile (in a checkout: pip install '.[audio]').",
        ) from None
    return soundfile
