"""x_t of a word, from the word itself, its pieces, characters and affixes; see `seqkit.nn.embedding`.

Shapes: U distinct words, P pieces of a word, C characters of a word, A affixes, D features.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from seqkit.inference.numpy.chains import Ids, Layer
from seqkit.inference.numpy.forms import NumpyRecurrence
from seqkit.inference.numpy.functions import Affine, gelu
from seqkit.inference.numpy.int8 import UNITS
from seqkit.inference.numpy.weights import Array, Weights
from seqkit.text.vocabulary import WordArrays

LENGTH_BOUNDS = (0, 4, 7, 11, 1 << 30)
"""Bounds of word lengths, in letters: words between two bounds share a batch."""


def rows(table: Array, ids: Ids) -> Array:
    """Some rows of a table, in float32."""
    return table[ids].astype(np.float32)


def last_real(z_UTH: Array, count_U: Ids) -> Array:
    """z_UH at each row's last real step."""
    return z_UTH[np.arange(len(z_UTH)), np.maximum(count_U - 1, 0)]


class PieceEmbedding:
    """The mean of the vectors of a word's pieces, and the vectors of its first and last piece."""

    def __init__(self, weights: Weights) -> None:
        self._vectors = weights.table("vectors.weight", None, None)

    def __call__(self, pieces_UP: Ids, count_U: Ids) -> Array:
        e_UPD = rows(self._vectors, pieces_UP)
        real_UP = np.arange(pieces_UP.shape[1]) < count_U[:, None]
        mean_UD = (e_UPD * real_UP[:, :, None]).sum(1) / count_U[:, None].astype(np.float32)
        return np.concatenate([mean_UD, e_UPD[:, 0], last_real(e_UPD, count_U)], axis=-1)


class CharacterEmbedding:
    """The final states of two chains that read a word's characters from both ends."""

    def __init__(self, weights: Weights, recurrence: type[NumpyRecurrence], int8: bool = False) -> None:
        """Args: int8, whether the chains compute products in int8. Raises NoInt8Form if they have no int8 form."""
        layer = Layer.of(recurrence, weights.part("layer"), bidirectional=True)
        self._layer = layer.in_int8(of_states=False) if int8 else layer
        self._hidden_size = layer.forward_chain.hidden_size
        self._prepared = self._layer.prepare(weights("vectors.weight", None, None))
        self._unit = np.float32(1 / UNITS if int8 else 1)

    def __call__(self, chars_UC: Ids, count_U: Ids) -> Array:
        x_UD = np.empty((len(count_U), 2 * self._hidden_size), np.float32)
        for rows_N in _similar_lengths(count_U):
            count_N = count_U[rows_N]
            x_UD[rows_N] = self._read(chars_UC[rows_N, : count_N.max()], count_N)
        return x_UD

    def _read(self, chars_NC: Ids, count_N: Ids) -> Array:
        z_CN2H = self._layer.from_table(self._prepared, chars_NC.T, count_N)
        forward_NH = z_CN2H[np.maximum(count_N - 1, 0), np.arange(len(count_N)), : self._hidden_size]
        return np.concatenate([forward_NH, z_CN2H[0, :, self._hidden_size :]], axis=-1) * self._unit


def _similar_lengths(count_U: Ids) -> Iterator[Ids]:
    """Yield rows whose lengths are within the same bounds."""
    for shortest, longest in pairwise(LENGTH_BOUNDS):
        rows_N = np.flatnonzero((count_U > shortest) & (count_U <= longest))
        if len(rows_N):
            yield rows_N


class WordEmbedding:
    """x_UD = [whole word ; pieces ; characters ; affixes], those that the model has, with its optional mixing layer."""

    def __init__(self, weights: Weights, recurrence: type[NumpyRecurrence], int8: bool = False) -> None:
        """Args: int8, as in `CharacterEmbedding`."""
        has, part = weights.has, weights.part
        self._words = weights.table("words.weight", None, None) if has("words") else None
        self._pieces = PieceEmbedding(part("pieces")) if has("pieces") else None
        self._characters = None
        if has("characters"):
            self._characters = CharacterEmbedding(part("characters"), recurrence, int8)
        self._affixes = weights.table("affixes.vectors.weight", None, None) if has("affixes") else None
        self._mix = Affine(part("mix")) if has("mix") else None

    def __call__(self, table: WordArrays) -> Array:
        """The vectors of distinct words."""
        parts = []
        if self._words is not None:
            parts.append(rows(self._words, table.word_U))
        if self._pieces is not None:
            parts.append(self._pieces(table.pieces_UP, table.piece_count_U))
        if self._characters is not None:
            parts.append(self._characters(table.chars_UC, table.char_count_U))
        if self._affixes is not None:
            parts.append(rows(self._affixes, table.affixes_UA).reshape(len(table.word_U), -1))
        x_UD = np.concatenate(parts, axis=-1)
        return x_UD if self._mix is None else gelu(self._mix(x_UD))
