"""Apply a segmenter that reads each run of characters by itself. Imports no torch.

Shapes: R runs, C their characters, K their possible sentence ends (places), B windows, L labels, U distinct
places, E features of a place's input.
"""

from __future__ import annotations

import threading
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqkit_segmenter.decode import LABELS, NEVER, Labels
from seqkit_segmenter.features import Ids
from seqkit_segmenter.run_cache import Run, RunCache, RunInputs, RunResults, ranges, split
from seqkit_segmenter.stream import StreamSegmenter
from seqkit_segmenter.windows import windows_of

Prepared = TypeVar("Prepared")
"""What the subclass's layers compute from x_t alone."""
ROWS, PLACES = 128, 16_384
"""Maximum windows of a batch, and their places with padding."""


class RunStreamSegmenter(StreamSegmenter, Generic[Prepared]):
    """A trained segmenter whose results for a run are kept; subclasses compute the networks."""

    @abstractmethod
    def run_results(self, runs: RunInputs) -> RunResults:
        """Compute the network over characters."""

    @abstractmethod
    def prepare(self, y_UE: NDArray[np.float32]) -> Prepared:
        """What the network over places computes from its inputs alone."""

    @abstractmethod
    def context(
        self, prepared_U: Prepared, index_BK: Ids, counts_B: Ids
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The logits stops_BK, and what is added to the logits of ends, added_BKL.

        Args: index_BK, the row of each place in `prepared_U`, padded on the right; counts_B, places of each window.
        """

    @property
    def cache(self) -> RunCache:
        """The results for the runs that this thread has met."""
        try:
            cache: RunCache = self._of_thread.cache
        except AttributeError:
            cache = self._of_thread.cache = RunCache(self.facts.alphabet, self.run_results)
        return cache

    @cached_property
    def _of_thread(self) -> threading.local:
        return threading.local()

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        begins = np.cumsum([0, *map(len, texts)])
        runs: list[Run] = []
        starts, first_R, windows = [np.empty(0, np.int64)], [], []
        for text, begin in zip(texts, begins.tolist(), strict=False):
            for window in windows_of(text):
                found = split(text[window.start : window.end])
                runs += found.runs
                starts.append(found.starts_R + (begin + window.start))
                first_R.append(len(runs))
                windows.append((begin + window.core_start, begin + window.core_end))
        number_R, start_R = self.cache.look_up(runs), np.concatenate(starts)
        ends_TL = np.zeros((begins[-1], LABELS), dtype=np.float32)
        stops_T = np.full(begins[-1], NEVER, dtype=np.float32)
        if len(runs):
            self._fill(number_R, start_R, np.array(first_R), np.array(windows), ends_TL, stops_T)
        return [
            Labels(ends_TL[begin:end], stops_T[begin:end])
            for begin, end in zip(begins[:-1].tolist(), begins[1:].tolist(), strict=True)
        ]

    def _fill(
        self,
        number_R: Ids,
        start_R: Ids,
        last_B: Ids,
        core_B2: Ids,
        ends_TL: NDArray[np.float32],
        stops_T: NDArray[np.float32],
    ) -> None:
        """Write the labels of the windows' cores. Args: last_B, the number of runs up to the end of each window."""
        cache = self.cache
        counts_R, sizes_R = cache.counts.table[number_R], cache.sizes.table[number_R]
        row_K = ranges(cache.first_place.table[number_R], counts_R)
        after_R = np.cumsum(counts_R)
        begin_R = after_R - counts_R
        count_B = np.diff(np.append(0, np.append(0, after_R)[last_B]))
        stops_K, added_KL = self._in_context(row_K, count_B)
        at_K = cache.places.table[row_K] + np.repeat(start_R, counts_R)
        inside_K = _inside(at_K, np.repeat(core_B2, count_B, axis=0))
        stops_T[at_K[inside_K]] = stops_K[inside_K]
        row_C = ranges(cache.first_char.table[number_R], sizes_R)
        at_C = ranges(start_R, sizes_R)
        place_C = cache.place_of_char.table[row_C] + np.repeat(begin_R, sizes_R)
        ends_CL = cache.ends.table[row_C] + added_KL[place_C]
        of_B = np.diff(np.append(0, np.append(0, np.cumsum(sizes_R))[last_B]))
        inside_C = _inside(at_C, np.repeat(core_B2, of_B, axis=0))
        ends_TL[at_C[inside_C]] = ends_CL[inside_C]

    def _in_context(self, row_K: Ids, count_B: Ids) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """The logits of sentence ends, and what is added to those of token ends, of each place."""
        stops_K = np.empty(len(row_K), np.float32)
        added_KL = np.empty((len(row_K), LABELS), np.float32)
        begin_B = np.cumsum(count_B) - count_B
        for own_B in _batches(count_B):
            counts = count_B[own_B]
            k_K = np.arange(counts.max())
            real_BK = k_K < counts[:, None]
            at_BK = np.where(real_BK, begin_B[own_B][:, None] + k_K, 0)
            distinct_U, index_BK = np.unique(row_K[at_BK], return_inverse=True)
            prepared_U = self.prepare(self.cache.inputs[distinct_U])
            stops_BK, added_BKL = self.context(prepared_U, index_BK.reshape(at_BK.shape), counts)
            stops_K[at_BK[real_BK]] = stops_BK[real_BK]
            added_KL[at_BK[real_BK]] = added_BKL[real_BK]
        return stops_K, added_KL


def _batches(count_B: Ids) -> Iterator[Ids]:
    """Windows with places, in batches of similar numbers of places."""
    order = np.argsort(count_B, kind="stable").tolist()
    batch: list[int] = []
    for window in order:
        if len(batch) == ROWS or (batch and (len(batch) + 1) * count_B[window] > PLACES):
            yield np.array(batch)
            batch = []
        if count_B[window]:
            batch.append(window)
    if batch:
        yield np.array(batch)


def _inside(at_N: Ids, core_N2: Ids) -> NDArray[np.bool_]:
    """Whether each position is inside the core of its window."""
    inside_N: NDArray[np.bool_] = (at_N >= core_N2[:, 0]) & (at_N < core_N2[:, 1])
    return inside_N
