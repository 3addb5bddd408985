"""Keep the character network's results for runs of characters between white space.

A segmenter with `char_context=run` reads each run by itself: its results depend on the run alone, and most runs of a
text occur again.

Shapes: R runs, C their characters, K their possible sentence ends (places), L labels, E features of a place's input.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit_segmenter.decode import LABELS
from seqkit_segmenter.features import LINE_ENDS, PAD, SHORT_LINE, Alphabet, Ids, gap_kind, short_line_ends
from seqkit_segmenter.grouping import groups_of_similar_length

Run = tuple[str, int]
"""A run, and the kind of white space after it."""
KEPT_BYTES = 24 * 2**20
"""Size of the inputs of places that are kept; the cache is emptied when they are larger. 24 MB hold 32,000 places of
the built-in segmenter: the runs of a varied text of 250,000 words."""
CAPACITY = 65_536
"""Rows that a table has from the beginning. Pages of memory are allocated only when they are written."""
GROUP, GROUP_CHARS = 512, 32_768
"""Maximum runs that are computed together, and their characters with padding."""
_WHITE = re.compile(r"(\s+)")


class SplitText(NamedTuple):
    """A text divided at white space."""

    runs: list[Run]
    starts_R: Ids
    """Position of each run in the text."""


class RunInputs(NamedTuple):
    """Inputs of the network for some runs; their places one after another."""

    chars_RT: Ids
    classes_RT: Ids
    """Padded on the right."""
    sizes_R: Ids
    counts_R: Ids
    """Number of places of each run."""
    run_of_K: Ids
    places_K: Ids
    """Position of each place in its run."""
    runs_K: Ids
    shapes_K: Ids
    after_K: Ids


class RunResults(NamedTuple):
    """What the network computes for some runs, one after another."""

    ends_CL: NDArray[np.float32]
    """Logits of each character, without what the context adds."""
    y_KE: NDArray[np.float32]
    """The input of each place."""


def run_inputs(runs: Sequence[Run], alphabet: Alphabet) -> RunInputs:
    """Convert runs to ids, all at once: joined by spaces, they are one text."""
    seen = alphabet.see(" ".join(run for run, _ in runs))
    sizes_R = np.array([len(run) for run, _ in runs])
    start_R = np.cumsum(sizes_R + 1) - sizes_R - 1
    run_of_K = np.searchsorted(start_R, seen.places_K, side="right") - 1
    counts_R = np.bincount(run_of_K, minlength=len(runs))
    seen.after_K[np.cumsum(counts_R) - 1] = [kind for _, kind in runs]
    t_T = np.arange(sizes_R.max())
    real_RT = t_T < sizes_R[:, None]
    at_RT = np.where(real_RT, start_R[:, None] + t_T, 0)
    return RunInputs(
        np.where(real_RT, seen.chars_T[at_RT], PAD),
        np.where(real_RT, seen.classes_T[at_RT], PAD),
        sizes_R,
        counts_R,
        run_of_K,
        seen.places_K - start_R[run_of_K],
        seen.runs_K,
        seen.shapes_K,
        seen.after_K,
    )


def split(text: str) -> SplitText:
    """Divide a text at white space."""
    parts = _WHITE.split(text)
    gaps = [*parts[1::2], ""]
    starts_R = np.cumsum([0, *map(len, parts)])[:-1:2]
    kinds = list(map(gap_kind, gaps))
    if not LINE_ENDS.isdisjoint(text):
        after_R = starts_R + list(map(len, parts[::2]))
        for place in short_line_ends(text):
            kinds[int(np.searchsorted(after_R, place, side="right")) - 1] = SHORT_LINE
    first, last = int(not parts[0]), len(gaps) - int(not parts[-1])
    return SplitText(list(zip(parts[::2], kinds, strict=True))[first:last], starts_R[first:last])


def ranges(first_R: Ids, counts_R: Ids) -> Ids:
    """first, first + 1, … for each run, `counts_R` of them, one after another."""
    ends_R = np.cumsum(counts_R)
    return np.arange(ends_R[-1] if len(ends_R) else 0) + np.repeat(first_R - ends_R + counts_R, counts_R)


class Rows:
    """A table that grows."""

    def __init__(self, first: NDArray) -> None:
        self._size = 0
        self._table = np.empty((0, *first.shape[1:]), first.dtype)

    @property
    def table(self) -> NDArray:
        """The rows so far."""
        return self._table[: self._size]

    def add(self, rows: NDArray) -> None:
        """Append rows."""
        size = self._size + len(rows)
        if size > len(self._table):
            grown = np.empty((max(CAPACITY, 2 * size), *rows.shape[1:]), rows.dtype)
            grown[: self._size] = self.table
            self._table = grown
        self._table[self._size : size] = rows
        self._size = size


class RunCache:
    """The network's results for the runs so far."""

    def __init__(self, alphabet: Alphabet, compute: Callable[[RunInputs], RunResults]) -> None:
        """Args: compute, called with runs of similar length."""
        self._alphabet, self._compute = alphabet, compute
        self._numbers: dict[Run, int] = {}
        self.looked_up = self.computed = 0
        """Number of runs that were looked up, and computed."""

    def look_up(self, runs: Sequence[Run]) -> Ids:
        """The number of each run, by which the tables below know it, until the next call."""
        self.looked_up += len(runs)
        new = self._new(runs)
        if new and self._numbers and self.inputs.nbytes > KEPT_BYTES:
            self._numbers.clear()
            new = self._new(runs)
        if new and not self._numbers:
            self._begin()
        new.sort(key=lambda run: len(run[0]))
        try:
            sizes = [len(run) for run, _ in new]
            for group in groups_of_similar_length(sizes, _longest, GROUP, GROUP_CHARS):
                self._add(new[group])
        except BaseException:  # an interrupt may have left rows without their runs
            self._numbers.clear()
            raise
        self.computed += len(new)
        return np.fromiter(map(self._numbers.__getitem__, runs), np.int64, len(runs))

    @property
    def inputs(self) -> NDArray[np.float32]:
        """The input of each place, (places, E)."""
        return self._y.table if self._y is not None else np.empty((0, 0), np.float32)

    def _new(self, runs: Sequence[Run]) -> list[Run]:
        return [run for run in dict.fromkeys(runs) if run not in self._numbers]

    def _begin(self) -> None:
        """Begin empty tables."""
        ids = np.empty(0, np.int64)
        self.first_char, self.sizes = Rows(ids), Rows(ids)
        """By run: the row of its first character, and how many it has."""
        self.first_place, self.counts = Rows(ids), Rows(ids)
        """By run: the row of its first place, and how many it has."""
        self.ends = Rows(np.empty((0, LABELS), np.float32))
        """By character: its logits without those of the context."""
        self.place_of_char, self.places = Rows(ids), Rows(ids)
        """By character: the place in its run at which its part ends. By place: its position in its run."""
        self._y: Rows | None = None
        """By place: its input."""

    def _add(self, runs: Sequence[Run]) -> None:
        inputs = run_inputs(runs, self._alphabet)
        found, sizes_R, counts_R = self._compute(inputs), inputs.sizes_R, inputs.counts_R
        self._y = self._y or Rows(found.y_KE)
        chars, places = len(self.ends.table), len(self.places.table)
        self.first_char.add(chars + np.cumsum(sizes_R) - sizes_R)
        self.first_place.add(places + np.cumsum(counts_R) - counts_R)
        self.sizes.add(sizes_R)
        self.counts.add(counts_R)
        self.place_of_char.add(_place_of_char(inputs))
        self.ends.add(found.ends_CL)
        self.places.add(inputs.places_K)
        self._y.add(found.y_KE)
        for run in runs:
            self._numbers[run] = len(self._numbers)


def _place_of_char(inputs: RunInputs) -> Ids:
    """The first place at or after each character, counted within its run."""
    sizes_R, counts_R = inputs.sizes_R, inputs.counts_R
    is_place_C = np.zeros(sizes_R.sum(), np.int64)
    is_place_C[inputs.places_K + (np.cumsum(sizes_R) - sizes_R)[inputs.run_of_K]] = 1
    before_C = np.cumsum(is_place_C) - is_place_C
    return before_C - np.repeat(np.cumsum(counts_R) - counts_R, sizes_R)


def _longest(shortest: int) -> int:
    """Maximum length of a run in a group with a shortest one."""
    return 2 * shortest + 4
