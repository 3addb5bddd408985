"""Cache the part of a tagger's computation that depends only on a word.

Shapes: U distinct words, G numbers that a chain prepares for each.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

import numpy as np
import torch

from seqkit.nn.embedding import WordEmbedding, WordTable
from seqkit.nn.fast_forms import Prepared
from seqkit.nn.stack import Stack
from seqkit.runtime.threads import in_order
from seqkit.text.vocabulary import Ids, WordIndex

TABLE_WORDS = 512
"""Number of words whose vectors are computed in a batch."""
KNOWN_BYTES = 40 * 2**20
"""Size of the cache in bytes. When it is full, words that the current chunk lacks are evicted."""


class WordCache:
    """The part of the lowest layer that depends only on x_t, for all words so far: most words of a text recur."""

    def __init__(self, index: WordIndex, embedding: WordEmbedding, network: Stack) -> None:
        self._index, self._embedding, self._network = index, embedding, network
        # A chain may have no parameters, as a running mean.
        self._dtype = next((parameter.dtype for parameter in network.parameters()), torch.float32)
        self._rows: dict[str, int] = {}
        self._free: list[int] = []
        """Free rows, the next one last."""
        self._prepared: list[Prepared] = []

    def look_up(self, words: Sequence[str]) -> tuple[list[Prepared], Ids]:
        """The prepared rows of each chain, and the row of each word."""
        distinct = dict.fromkeys(words)
        new = [word for word in distinct if word not in self._rows]
        if len(new) > len(self._free):
            self._forget_all_but(distinct)
        # Words of similar length share a batch, which needs little padding.
        new.sort(key=len)
        groups = (new[start : start + TABLE_WORDS] for start in range(0, len(new), TABLE_WORDS))
        needed = len(new)
        for added, prepared in in_order(self._prepare, groups):
            self._add(added, prepared, needed)
            needed -= len(added)
        return self._prepared, np.fromiter(map(self._rows.__getitem__, words), np.int64, len(words))

    def _forget_all_but(self, words: Container[str]) -> None:
        for word in [word for word in self._rows if word not in words]:
            self._free.append(self._rows.pop(word))

    @torch.inference_mode()
    def _prepare(self, words: list[str]) -> tuple[list[str], list[Prepared]]:
        arrays = self._index.arrays(words, remember=False)
        x_UD = self._embedding(WordTable(*(torch.from_numpy(array) for array in arrays)))
        return words, self._network.prepare(x_UD.to(self._dtype))

    def _add(self, words: list[str], prepared: list[Prepared], needed: int) -> None:
        if needed > len(self._free):
            self._make_room(prepared, needed)
        rows = [self._free.pop() for _ in words]
        rows_U = torch.tensor(rows)
        for parts, new_parts in zip(self._prepared, prepared, strict=True):
            for part_UG, new_UG in zip(parts, new_parts, strict=True):
                part_UG[rows_U] = new_UG
        self._rows.update(zip(words, rows, strict=True))

    def _make_room(self, like: list[Prepared], needed: int) -> None:
        """Enlarge the tables. Pages of memory are allocated only when they are written."""
        bytes_a_word = sum(part_UG[0].nbytes for parts in like for part_UG in parts)
        before = len(self._rows) + len(self._free)
        capacity = max(len(self._rows) + needed, KNOWN_BYTES // bytes_a_word)
        tables = [tuple(part_UG.new_empty(capacity, part_UG.shape[1]) for part_UG in parts) for parts in like]
        for parts, old_parts in zip(tables, self._prepared, strict=False):
            for part_UG, old_UG in zip(parts, old_parts, strict=True):
                part_UG[:before] = old_UG
        self._prepared = tables
        self._free += range(capacity - 1, before - 1, -1)
