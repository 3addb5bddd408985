"""Corpora of the form of fsdd and mnist whose files tell where they come from, so that examples can be traced back."""

from __future__ import annotations

import gzip
import json
import wave
from pathlib import Path

import numpy as np

IMAGES = 50
"""Of each digit; image i is a block of grey (i + 1) / 50."""
BLOCK = slice(9, 19)
RATE = 8000


def make_mnist(folder: Path) -> None:
    """Ten files of images; digit d's block is d + 4 pixels wide and 10 high, in the middle."""
    folder.mkdir(parents=True)
    for digit in range(10):
        images = np.zeros((IMAGES, 28, 28))
        left = 14 - (digit + 4) // 2
        for index in range(IMAGES):
            images[index, BLOCK, left : left + digit + 4] = (index + 1) / IMAGES
        data = gzip.compress(json.dumps({"data": images.ravel().tolist()}).encode())
        (folder / f"{digit}.json.gz").write_bytes(data)


def make_fsdd(folder: Path, speakers: tuple[str, ...]) -> None:
    """3,000 recordings: `length_of` samples, each with the same tone, loud and never zero."""
    (folder / "recordings").mkdir(parents=True)
    for number, speaker in enumerate(speakers):
        for digit in range(10):
            for index in range(50):
                samples = np.where(np.arange(length_of(number, digit, index)) % 2, -16000, 16000)
                with wave.open(str(folder / "recordings" / f"{digit}_{speaker}_{index}.wav"), "wb") as file:
                    file.setparams((1, 2, RATE, 0, "NONE", ""))
                    file.writeframes(samples.astype("<i2").tobytes())


def length_of(speaker: int, digit: int, index: int) -> int:
    """Samples of a recording, all different."""
    return 200 + index + 50 * digit + 500 * speaker
