"""Vocabularies: words, characters, pieces and affixes as ids. Uses numpy only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from seqkit.text.affixes import KINDS, AffixIndex
from seqkit.text.subword import Subword

UNKNOWN = 1
"""Id of unknown words and characters; 0 is padding."""
EDGE = 16
"""Number of first and last characters and pieces that are used of longer words."""
CACHE_LIMIT = 200_000
NO_AFFIXES = [0] * KINDS

Ids = NDArray[np.int64]
Row = TypeVar("Row", str, list[int])


class WordArrays(NamedTuple):
    """Distinct words as ids: U words, at most P pieces and C characters each, padded with 0 on the right; A affixes."""

    word_U: Ids
    pieces_UP: Ids
    piece_count_U: Ids
    chars_UC: Ids
    char_count_U: Ids
    affixes_UA: Ids


class Entry(NamedTuple):
    """The ids of a word, its pieces, characters and affixes."""

    word: int
    pieces: list[int]
    characters: list[int]
    affixes: list[int]


class WordIndex:
    """Maps words to ids: the form itself, else its lower-case form, else unknown."""

    def __init__(
        self,
        words: Sequence[str],
        characters: Sequence[str],
        subword: Subword | None,
        affixes: Sequence[Sequence[str]] = (),
    ) -> None:
        self._words = {word: index for index, word in enumerate(words, start=UNKNOWN + 1)}
        self._characters = {character: index for index, character in enumerate(characters, start=UNKNOWN + 1)}
        self._subword = subword
        self._affixes = AffixIndex(affixes) if affixes else None
        self._cache: dict[str, Entry] = {}

    def arrays(
        self, words: Sequence[str], sampling: float = 0.0, seed: int = 0, remember: bool = True
    ) -> WordArrays:
        """The ids of distinct words, with a cache.

        `sampling` is the share of words whose segmentation is sampled.
        """
        entries = self._entries(words) if remember else list(self._look_up(words))
        pieces = [entry.pieces for entry in entries]
        if sampling and self._subword is not None:
            self._resample(words, pieces, sampling, seed)
        pieces_UP, piece_count_U = pad(pieces)
        chars_UC, char_count_U = pad([entry.characters for entry in entries])
        word_U = np.fromiter((entry.word for entry in entries), dtype=np.int64, count=len(entries))
        affixes_UA = np.array([entry.affixes for entry in entries], dtype=np.int64)
        return WordArrays(word_U, pieces_UP, piece_count_U, chars_UC, char_count_U, affixes_UA)

    def _entries(self, words: Sequence[str]) -> list[Entry]:
        cache = self._cache
        new = [word for word in words if word not in cache]
        if len(cache) + len(new) > CACHE_LIMIT:
            cache.clear()
            new = list(words)
        cache.update(zip(new, self._look_up(new), strict=True))
        return [cache[word] for word in words]

    def _look_up(self, words: Sequence[str]) -> Iterator[Entry]:
        pieces = self._subword.encode(words) if self._subword is not None else [[0]] * len(words)
        for word, ids in zip(words, pieces, strict=True):
            characters = [self._character(character) for character in _edges(word)]
            affixes = self._affixes.ids(word) if self._affixes is not None else NO_AFFIXES
            yield Entry(self._word(word), _edges(ids), characters, affixes)

    def _word(self, word: str) -> int:
        found = self._words.get(word)
        return found if found is not None else self._words.get(word.lower(), UNKNOWN)

    def _character(self, character: str) -> int:
        return self._characters.get(character, UNKNOWN)

    def _resample(self, words: Sequence[str], pieces: list[list[int]], share: float, seed: int) -> None:
        assert self._subword is not None
        chosen = np.flatnonzero(np.random.default_rng(seed).random(len(words)) < share).tolist()
        drawn = self._subword.sample([words[index] for index in chosen], seed)
        for index, ids in zip(chosen, drawn, strict=True):
            pieces[index] = _edges(ids)


def _edges(row: Row) -> Row:
    return row if len(row) <= 2 * EDGE else row[:EDGE] + row[-EDGE:]


def pad(rows: Sequence[Sequence[int]]) -> tuple[Ids, Ids]:
    """Pad rows of different lengths with 0 on the right; returns the array and the lengths."""
    count_N = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
    width = int(count_N.max(initial=0))
    padded = np.zeros((len(rows), width), dtype=np.int64)
    padded[np.arange(width) < count_N[:, None]] = np.fromiter(chain.from_iterable(rows), dtype=np.int64)
    return padded, count_N
