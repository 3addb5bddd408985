"""What a tagger does once for many words while it predicts: words it has met, and sentences of similar length.

Shapes: B stretches of sentences, T words, U distinct words, D features of x_t.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from seqkit.models.contracts import MAX_STEPS
from seqkit.nn.embedding import WordEmbedding, WordTable
from seqkit.nn.recurrent import Prepared, Stack
from seqkit.text.vocabulary import Ids, WordIndex

BATCH_WORDS = 2048
TABLE_WORDS = 512
"""Words composed together."""
KNOWN_BYTES = 40 * 2**20
"""Memory for words that are remembered while predicting; when it is full, those that a chunk lacks are forgotten."""


class KnownWords:
    """What the lowest layer makes of x_t alone, for every word met: most words of a text come again and again."""

    def __init__(self, index: WordIndex, embedding: WordEmbedding, network: Stack) -> None:
        self._index, self._embedding, self._network = index, embedding, network
        self._dtype = next(network.parameters()).dtype
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        """Rows that no word has, the next one last."""
        self._prepared: list[Prepared] = []

    def look_up(self, words: Sequence[str]) -> tuple[list[Prepared], Ids]:
        """For each chain, what it has prepared; for each word, its row there."""
        distinct = dict.fromkeys(words)
        new = [word for word in distinct if word not in self._rows]
        if len(new) > len(self._free):
            self._forget_all_but(distinct)
        # Words of similar length are read together so that little is padded.
        new.sort(key=len)
        for start in range(0, len(new), TABLE_WORDS):
            self._add(new[start : start + TABLE_WORDS], len(new) - start)
        return self._prepared, np.fromiter(map(self._rows.__getitem__, words), np.int64, len(words))

    def _forget_all_but(self, words: Container[str]) -> None:
        for word in [word for word in self._rows if word not in words]:
            self._free.append(self._rows.pop(word))

    def _add(self, words: list[str], needed: int) -> None:
        arrays = self._index.arrays(words, remember=False)
        x_UD = self._embedding(WordTable(*(torch.from_numpy(array) for array in arrays)))
        prepared = self._network.prepare(x_UD.to(self._dtype))
        if needed > len(self._free):
            self._make_room(prepared, needed)
        rows = [self._free.pop() for _ in words]
        rows_U = torch.tensor(rows)
        for parts, new_parts in zip(self._prepared, prepared, strict=True):
            for part_UG, new_UG in zip(parts, new_parts, strict=True):
                part_UG[rows_U] = new_UG
        self._rows.update(zip(words, rows, strict=True))

    def _make_room(self, like: list[Prepared], needed: int) -> None:
        """Pages of these tables cost no memory before they are written to."""
        bytes_a_word = sum(part_UG[0].nbytes for parts in like for part_UG in parts)
        before = len(self._rows) + len(self._free)
        capacity = max(len(self._rows) + needed, KNOWN_BYTES // bytes_a_word)
        tables = [tuple(part_UG.new_empty(capacity, part_UG.shape[1]) for part_UG in parts) for parts in like]
        for parts, old_parts in zip(tables, self._prepared, strict=False):
            for part_UG, old_UG in zip(parts, old_parts, strict=True):
                part_UG[:before] = old_UG
        self._prepared = tables
        self._free += range(capacity - 1, before - 1, -1)


class Batch(NamedTuple):
    """Stretches of sentences that are read together, padded on the right."""

    rows_BT: Ids
    """Numbers of words, counted through all sentences; what pads has the number after the last."""
    lengths_B: Tensor | None
    """None: all are of length T."""


def batches(lengths: Sequence[int], mixed: bool) -> Iterator[Batch]:
    """Sentences of these lengths as batches, the longest first; they follow from the lengths alone.

    Args: mixed, whether stretches of different lengths may share a batch. Then few shapes of batches occur, whatever
    the text: a kernel takes time and memory for every new one.
    """
    start_S, length_S = _stretches(lengths)
    order_S = np.argsort(-length_S, kind="stable")
    start_S, length_S = start_S[order_S], length_S[order_S]
    words, first = sum(lengths), 0
    while first < len(length_S):
        longest = int(length_S[first])
        after = first + max(1, BATCH_WORDS // longest)
        if not mixed:
            after = min(after, int(np.searchsorted(-length_S, -longest, "right")))
        yield _batch(start_S[first:after], length_S[first:after], words)
        first = after


def _batch(start_B: Ids, length_B: Ids, padding: int) -> Batch:
    step_T = np.arange(length_B[0])
    rows_BT = start_B[:, None] + step_T
    if length_B[0] == length_B[-1]:
        return Batch(rows_BT, None)
    rows_BT[step_T >= length_B[:, None]] = padding
    return Batch(rows_BT, torch.from_numpy(length_B))


def _stretches(lengths: Sequence[int]) -> tuple[Ids, Ids]:
    """First word and length of each stretch of at most so many words as a network reads at once."""
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    found = [
        (start, min(MAX_STEPS, end - start))
        for end, length in zip(ends, lengths, strict=True)
        for start in range(end - length, end, MAX_STEPS)
    ]
    start_S, length_S = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return start_S, length_S
