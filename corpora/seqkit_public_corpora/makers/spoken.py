"""Spoken digits: single recordings of FSDD, and strings of them with gaps and noise.

Shapes: T samples.
"""

from __future__ import annotations

import wave
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit import SeqkitError
from seqkit.examples import Item, SourceLocation
from seqkit.media import Sound
from seqkit_public_corpora.makers.draws import WORDS, again, between, check_split, generator

SPEAKERS = ("george", "jackson", "lucas", "nicolas", "theo", "yweweler")


def recordings(folder: Path, split: str, options: Mapping[str, Any]) -> Iterator[Item]:
    """Every recording of a split, ordered by digit: reads "audio", writes "text" ("seven")."""
    check_split(split)
    first, last = options[split]
    for digit, word in enumerate(WORDS):
        for speaker in SPEAKERS:
            for index in range(first, last + 1):
                path = _path(folder, digit, speaker, index)
                sound = Sound(_samples(path, options["rate"]), options["rate"])
                yield Item({"audio": sound}, {"text": word}, SourceLocation(str(path), 1))


def strings(folder: Path, split: str, options: Mapping[str, Any]) -> Iterator[Item]:
    """Digits of one speaker, joined with silent gaps, with white noise: writes "text" ("seven two one")."""
    check_split(split)
    for index in range(options["count"][split]):
        yield _string(folder, split, index, options)


def _string(folder: Path, split: str, index: int, options: Mapping[str, Any]) -> Item:
    random, rate = generator(options, split, index), options["rate"]
    speaker = SPEAKERS[int(random.integers(len(SPEAKERS)))]
    digits = random.integers(10, size=between(random, options["digits"])).tolist()
    parts: list[NDArray[np.float32]] = []
    for digit in digits:
        if parts:
            gap = between(random, [milliseconds * rate // 1000 for milliseconds in options["gap_ms"]])
            parts.append(np.zeros(gap, np.float32))
        parts.append(_samples(_path(folder, digit, speaker, between(random, options[split])), rate))
    noisy_T = with_noise(np.concatenate(parts), random.uniform(*options["noise_db"]), random)
    text = " ".join(WORDS[digit] for digit in digits)
    return Item(
        {"audio": Sound(noisy_T, rate)}, {"text": text}, SourceLocation(f"fsdd-strings:{split}", index + 1)
    )


def with_noise(
    clean_T: NDArray[np.float32], decibels: float, random: np.random.Generator
) -> NDArray[np.float32]:
    """Add white Gaussian noise `decibels` below the mean power of the whole; scale the sum into -1 to 1."""
    power = float(np.mean(np.square(clean_T, dtype=np.float64)))
    noise_T = random.standard_normal(len(clean_T)) * np.sqrt(power / 10 ** (decibels / 10))
    noisy_T = clean_T + noise_T
    # Scaled, not clipped: clipping would change the ratio of speech to noise.
    return np.asarray(noisy_T / max(1.0, float(np.abs(noisy_T).max())), np.float32)


def _path(folder: Path, digit: int, speaker: str, index: int) -> Path:
    return folder / "recordings" / f"{digit}_{speaker}_{index}.wav"


@lru_cache(maxsize=3000)
def _samples(path: Path, rate: int) -> NDArray[np.float32]:
    """Read a 16-bit mono WAV file, values from -1 to 1. Raises SeqkitError for any other file."""
    try:
        with wave.open(str(path)) as file:
            found = (file.getnchannels(), file.getsampwidth(), file.getframerate())
            content = file.readframes(file.getnframes())
    except (OSError, EOFError, wave.Error) as error:
        raise SeqkitError(f"{path}: cannot be read ({error})", again("fsdd")) from error
    if found != (1, 2, rate) or not content or len(content) % 2:
        raise SeqkitError(f"{path}: is not a 16-bit recording of one channel at {rate} Hz", again("fsdd"))
    samples_T = np.frombuffer(content, "<i2").astype(np.float32) / np.float32(32768)
    return samples_T
