"""Recordings from files: WAV, FLAC and OGG, through soundfile."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np

from seqkit import SeqkitError
from seqkit.formats.media import Limits, Sound

FORMATS = {".wav": ("WAV", "WAVEX", "RF64"), ".flac": ("FLAC",), ".ogg": ("OGG",)}
"""Suffix -> what libsndfile calls such a file."""


def read_sound(path: str | Path, limits: Limits | None = None) -> Sound:
    """The recording in a file, its channels averaged.

    Raises SeqkitError for a file that is missing, longer than `limits.seconds` (nothing is decoded then), broken, or
    not what its suffix says.
    """
    path, limits, soundfile = Path(path), limits or Limits(), _soundfile()
    if not path.is_file():
        raise SeqkitError(f"{path}: no such file", "Check the path.")
    try:
        info = soundfile.info(str(path))
    except (soundfile.SoundFileError, OSError) as error:
        raise SeqkitError(f"{path}: not a recording that can be read ({error})", _kinds()) from None
    if info.format not in FORMATS.get(path.suffix.lower(), (info.format,)):
        raise SeqkitError(f"{path}: holds {info.format}, not what its suffix says", "Rename it.")
    if info.frames > limits.seconds * info.samplerate:
        seconds = info.frames / info.samplerate
        raise SeqkitError(
            f"{path}: lasts {seconds:.1f} s, more than the {limits.seconds:g} s allowed",
            "Cut it, or raise the limit.",
        )
    return _decoded(path, info, soundfile)


def _decoded(path: Path, info: object, soundfile: ModuleType) -> Sound:
    frames: int = info.frames  # type: ignore[attr-defined]
    rate: int = info.samplerate  # type: ignore[attr-defined]
    try:
        samples_TC, _ = soundfile.read(str(path), frames=frames, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, OSError) as error:
        raise SeqkitError(f"{path}: broken ({error})", "Get the file again.") from None
    if len(samples_TC) < frames or _cut_short(path):
        raise SeqkitError(f"{path}: ends before the recording does", "Get the file again.")
    if not np.isfinite(samples_TC).all():
        raise SeqkitError(f"{path}: holds samples that are no numbers", "Get the file again.")
    return Sound(np.clip(samples_TC.mean(axis=1), -1, 1), rate)


def _cut_short(path: Path) -> bool:
    """Whether a WAV file is shorter than its header says; libsndfile reads what is left without a word."""
    with open(path, "rb") as file:
        head = file.read(12)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return False
    said = int.from_bytes(head[4:8], "little")
    # 0 and the largest number stand where a recorder could not go back to fill in the length.
    return 0 < said < 0xFFFFFF00 and path.stat().st_size < said + 8 - 1


def _kinds() -> str:
    return f"Recordings are {', '.join(sorted(FORMATS))} files."


def _soundfile() -> ModuleType:
    try:
        import soundfile
    except (ImportError, OSError):
        raise SeqkitError(
            "recordings are read with soundfile, which is not installed",
            'Install it: pip install "seqkit[audio]"',
        ) from None
    return soundfile
