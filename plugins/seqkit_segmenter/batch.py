"""Batches of windows as tensors.

Shapes: B windows, T characters, K possible sentence ends (places), N distinct runs of characters between white space,
L characters of the longest of a group.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from seqkit_segmenter.features import PAD, Ids, Seen, is_white
from seqkit_segmenter.grouping import groups_of_similar_length


class RunGroup(NamedTuple):
    """Distinct runs of similar length, padded on the right."""

    chars_NL: Tensor
    classes_NL: Tensor
    sizes_N: Tensor


class TextBatch(NamedTuple):
    """Windows as tensors, padded on the right."""

    chars_BT: Tensor
    classes_BT: Tensor
    sizes_B: Tensor
    places_BK: Tensor
    runs_BK: Tensor
    shapes_BK: Tensor
    after_BK: Tensor
    counts_B: Tensor
    """Number of places of each window."""
    place_of_BT: Tensor
    """The first place at or after each character."""
    groups: tuple[RunGroup, ...]
    """The distinct runs, if each is read by itself; else nothing."""
    index_BT: Tensor
    """The row of each character among those of all groups; nothing without groups."""


class _Found(NamedTuple):
    """A run in a window."""

    window: int
    start: int
    end: int


def text_batch(seen: Sequence[Seen], runs_alone: bool) -> TextBatch:
    """Make a batch of windows. Args: runs_alone, whether the network reads each run by itself."""
    chars, classes, places, runs, shapes, after = zip(*seen, strict=True)
    groups, index = _distinct_runs(seen) if runs_alone else ((), [])
    return TextBatch(
        padded(chars),
        padded(classes),
        torch.tensor([len(row) for row in chars]),
        padded(places),
        padded(runs),
        padded(shapes),
        padded(after),
        torch.tensor([len(row) for row in places]),
        padded([_place_of(one) for one in seen]),
        groups,
        padded(index) if runs_alone else torch.empty(len(seen), 0, dtype=torch.int64),
    )


def padded(rows: Sequence[Ids], fill: int = PAD) -> Tensor:
    """Pad rows of ids to a matrix."""
    made = np.full((len(rows), max(1, max(map(len, rows)))), fill, dtype=np.int64)
    for number, row in enumerate(rows):
        made[number, : len(row)] = row
    return torch.from_numpy(made)


def _place_of(seen: Seen) -> Ids:
    """The first place at or after each character; the last one for white space at the end."""
    found = np.searchsorted(seen.places_K, np.arange(len(seen.chars_T)))
    return np.minimum(found, max(0, len(seen.places_K) - 1))


def _distinct_runs(seen: Sequence[Seen]) -> tuple[tuple[RunGroup, ...], list[Ids]]:
    """The distinct runs of a batch in groups, and the row of each character of each window."""
    places: dict[bytes, list[_Found]] = {}
    for number, one in enumerate(seen):
        solid_T = np.concatenate(([False], ~is_white(one.classes_T), [False]))
        edges = np.flatnonzero(solid_T[1:] != solid_T[:-1])
        for start, end in edges.reshape(-1, 2).tolist():
            key = one.chars_T[start:end].tobytes() + one.classes_T[start:end].tobytes()
            places.setdefault(key, []).append(_Found(number, start, end))
    if not places:  # white space alone
        places[b""] = [_Found(0, 0, 0)]
    groups, row = [], 0
    index = [np.zeros(len(one.chars_T), dtype=np.int64) for one in seen]
    runs = sorted(places.values(), key=_size)
    for group in groups_of_similar_length([_size(found) for found in runs], _longest):
        firsts = [found[0] for found in runs[group]]
        longest = max(end - start for _, start, end in firsts)
        for found in runs[group]:
            for window, start, end in found:
                index[window][start:end] = np.arange(row, row + end - start)
            row += longest
        groups.append(
            RunGroup(
                padded([seen[window].chars_T[start:end] for window, start, end in firsts]),
                padded([seen[window].classes_T[start:end] for window, start, end in firsts]),
                torch.tensor([end - start for _, start, end in firsts]),
            )
        )
    return tuple(groups), index


def _size(found: Sequence[_Found]) -> int:
    """Length of a run, by the places where it occurs."""
    return found[0].end - found[0].start


def _longest(shortest: int) -> int:
    """Maximum length of a run in a group with a shortest one: a third more."""
    return shortest + max(1, shortest // 3)
