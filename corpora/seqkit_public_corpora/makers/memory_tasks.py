"""Examples of the adding problem and of the copy-memory task.

Shapes: T steps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from seqkit.examples import Item, SourceLocation
from seqkit_public_corpora.makers.draws import check_split, generator

SYMBOLS = "ABCDEFGH"
COPIED = 10
"""Number of symbols to remember."""
BLANK, GO = ".", ">"


def adding(folder: Path, split: str, parameters: Mapping[str, Any]) -> Iterator[Item]:
    """Reads "frames": T rows of a number from 0 to 1 and a mark; writes "vector": the sum of the two marked numbers.

    One mark is in the first half, one in the second (as in Le, Jaitly & Hinton 2015). Always predicting 1 has a mean
    squared error of 1/6.
    """
    check_split(split)
    T = parameters["length"]
    for index in range(_count(split, parameters)):
        random = generator(parameters, split, index)
        x_T2 = np.zeros((T, 2), np.float32)
        x_T2[:, 0] = random.random(T, np.float32)
        marked = (int(random.integers(T // 2)), int(random.integers(T // 2, T)))
        x_T2[list(marked), 1] = 1
        total = np.array([x_T2[list(marked), 0].sum()], np.float32)
        yield Item({"frames": x_T2}, {"vector": total}, SourceLocation(f"adding:{split}", index + 1))


def copy_memory(folder: Path, split: str, parameters: Mapping[str, Any]) -> Iterator[Item]:
    """Reads "text": ten of eight symbols, T - 1 blanks and a sign to begin; writes "text": the ten symbols.

    The encoder reads T + 10 steps and the decoder writes the ten; in the paper one network reads and writes T + 20, of
    which all but ten are blanks, so that blanks alone are right in (T + 10) / (T + 20) of the steps.
    """
    check_split(split)
    T = parameters["length"]
    for index in range(_count(split, parameters)):
        random = generator(parameters, split, index)
        symbols = [SYMBOLS[number] for number in random.integers(len(SYMBOLS), size=COPIED)]
        source = " ".join([*symbols, *[BLANK] * (T - 1), GO])
        where = SourceLocation(f"copy-memory:{split}", index + 1)
        yield Item({"text": source}, {"text": " ".join(symbols)}, where)


def _count(split: str, parameters: Mapping[str, Any]) -> int:
    return int(parameters["examples"] if split == "train" else parameters["count"][split])
