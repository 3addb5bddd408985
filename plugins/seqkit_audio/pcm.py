"""Read plain WAV files (PCM) with Python's standard library, for installations without soundfile.

Shapes: T samples, C channels.
"""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from seqkit import SeqkitError
from seqkit.media import Limits, Sound

TYPES = {1: "u1", 2: "<i2", 4: "<i4"}
"""Bytes per sample -> numpy's name of the type."""


def read_pcm(path: Path, limits: Limits, install: SeqkitError) -> Sound:
    """Read a recording, with its channels averaged.

    Args: install, the error to raise for a file that only soundfile can read. Raises SeqkitError for a file that is too
    long or empty.
    """
    try:
        with wave.open(str(path)) as file:
            frames, rate, channels, width = (
                file.getnframes(),
                file.getframerate(),
                file.getnchannels(),
                file.getsampwidth(),
            )
            if width not in TYPES or not rate:
                raise install
            if frames / rate > limits.seconds:
                problem = f"{path}: lasts {frames / rate:.1f} s, more than the {limits.seconds:g} s allowed"
                raise SeqkitError(problem, "Shorten it, or raise the limit.")
            data = file.readframes(frames)
    except (OSError, EOFError, wave.Error):
        raise install from None
    if not frames or len(data) < frames * channels * width:
        raise SeqkitError(f"{path}: is empty or truncated", "Record it again, or get the file again.")
    samples_TC = np.frombuffer(data, TYPES[width]).reshape(-1, channels).astype(np.float32)
    centre, scale = (128, 128) if width == 1 else (0, 2 ** (8 * width - 1))
    return Sound(((samples_TC - centre) / scale).mean(axis=1, dtype=np.float32), rate)
