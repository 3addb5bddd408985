"""Divide documents into windows for truncated back-propagation through time, with the state carried between windows.

Documents are concatenated in lanes. Batch k consists of the k-th window of each lane, so that its final state is the
initial state of batch k + 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from seqkit.nn.recurrent import mask_of
from seqkit.text.vocabulary import pad
from seqkit_lm.model import WindowBatch
from seqkit_lm.symbols import BOUNDARY


class Window(NamedTuple):
    """The steps from `start` up to `end` (exclusive) of a document."""

    document: int
    start: int
    end: int


def windows_of(documents: Sequence[NDArray[np.int64]], length: int) -> list[Window]:
    """The windows of all documents, in order; a document of n symbols has n steps."""
    return [
        Window(number, start, min(start + length, len(document)))
        for number, document in enumerate(documents)
        for start in range(0, len(document), length)
    ]


def lanes_of(windows: Sequence[Window], lanes: int, order: Sequence[int]) -> list[list[int]]:
    """Indices of windows in each lane: each document, in `order`, goes to the shortest lane; longest lane first.

    Thus the lanes that have a k-th window are the first ones, and a carried state keeps its row.
    """
    by_document: dict[int, list[int]] = {}
    for index, window in enumerate(windows):
        by_document.setdefault(window.document, []).append(index)
    filled: list[list[int]] = [[] for _ in range(lanes)]
    for document in order:
        min(filled, key=len).extend(by_document[document])
    return sorted((lane for lane in filled if lane), key=len, reverse=True)


def batches_of(lanes: Sequence[Sequence[int]]) -> list[list[int]]:
    """The k-th window of every lane that has one, for each k."""
    longest = max(map(len, lanes), default=0)
    return [[lane[k] for lane in lanes if k < len(lane)] for k in range(longest)]


def collate(documents: Sequence[NDArray[np.int64]], windows: Sequence[Window]) -> WindowBatch:
    """Convert windows to tensors. The first step of a document reads a boundary."""
    targets = [documents[w.document][w.start : w.end].tolist() for w in windows]
    before = [
        [int(documents[w.document][w.start - 1]) if w.start else BOUNDARY, *target[:-1]]
        for w, target in zip(windows, targets, strict=True)
    ]
    inputs_BT, lengths_B = pad(before)
    targets_BT, _ = pad(targets)
    return WindowBatch(
        torch.from_numpy(inputs_BT),
        torch.from_numpy(targets_BT),
        mask_of(torch.from_numpy(lengths_B), inputs_BT.shape[1]),
        torch.tensor([window.start == 0 for window in windows]),
        torch.arange(len(windows)),
        len(windows),
    )
