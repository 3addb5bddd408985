"""Word vectors x_t from the word itself, its SentencePiece pieces, its characters and its affixes.

Each of the U distinct words of a batch is composed once and then looked up by position.
Shapes: U distinct words, P pieces of a word, C characters of a word, A affixes, D features.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seqkit.nn.affine import Affine
from seqkit.nn.draws import draw
from seqkit.nn.fast_forms import Prepared
from seqkit.nn.int8 import real
from seqkit.nn.placement import on_host
from seqkit.nn.recurrent import RecurrenceClass, last_real, mask_of
from seqkit.nn.stack import ChainLayer, Layer

PAD, UNKNOWN = 0, 1
"""The first two ids of words, characters and affixes."""
WORDS = "words"
"""The distinct words of a batch, for `seqkit.nn.draws`."""
LENGTH_BOUNDS = (0, 4, 7, 11, 1 << 30)
"""Bounds of word lengths; words between two bounds are batched together."""


class WordTable(NamedTuple):
    """The distinct words of a batch, as ids padded with 0 on the right."""

    word_U: Tensor
    pieces_UP: Tensor
    piece_count_U: Tensor
    chars_UC: Tensor
    char_count_U: Tensor
    affixes_UA: Tensor


class PieceEmbedding(nn.Module):
    """The mean of the vectors of a word's pieces, and the vectors of its first and last piece."""

    def __init__(self, pieces: int, size: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(pieces, size)
        nn.init.normal_(self.vectors.weight, std=0.1)
        self.output_size = 3 * size

    def forward(self, pieces_UP: Tensor, count_U: Tensor) -> Tensor:
        e_UPD = self.vectors(pieces_UP)
        real_UP = mask_of(count_U, pieces_UP.shape[1])
        mean_UD = (e_UPD * real_UP[:, :, None]).sum(1) / count_U[:, None]
        return torch.cat([mean_UD, e_UPD[:, 0], last_real(e_UPD, count_U)], dim=-1)


class CharacterEmbedding(nn.Module):
    """The last states of two chains that read a word's characters from either end (Ling et al. 2015)."""

    def __init__(self, characters: int, size: int, recurrence: RecurrenceClass, hidden_size: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(characters, size, padding_idx=PAD)
        self.layer: ChainLayer = Layer(recurrence, size, hidden_size, bidirectional=True)
        self.hidden_size = hidden_size
        self.output_size = 2 * hidden_size

    def forward(self, chars_UC: Tensor, count_U: Tensor) -> Tensor:
        """Batch words of similar length: most words are short, and padding costs as much as letters."""
        if not on_host(count_U):  # to group the words, their lengths would have to come back from the device
            return self._read(chars_UC, count_U, None)
        # Without a gradient, what depends on a character alone is computed once for each distinct character.
        prepared = None if torch.is_grad_enabled() else self.layer.prepare(self.vectors.weight)
        groups = list(_similar_lengths(count_U))
        parts = [
            self._read(chars_UC[rows_N, : int(count_U[rows_N].max())], count_U[rows_N], prepared)
            for rows_N in groups
        ]
        return F.embedding(torch.argsort(torch.cat(groups)), torch.cat(parts))

    def _read(self, chars_NC: Tensor, count_N: Tensor, prepared: list[Prepared] | None) -> Tensor:
        if prepared is None:
            z_NC2H = self.layer(self.vectors(chars_NC), count_N)
        else:
            z_NC2H = real(self.layer.forward_from_table(prepared, chars_NC, count_N))
        forward_NH = last_real(z_NC2H[:, :, : self.hidden_size], count_N)
        backward_NH = z_NC2H[:, 0, self.hidden_size :]
        return torch.cat([forward_NH, backward_NH], dim=-1)


def _similar_lengths(count_U: Tensor) -> Iterator[Tensor]:
    """Yield groups of rows with similar lengths."""
    for shortest, longest in pairwise(LENGTH_BOUNDS):
        rows_N = torch.nonzero((count_U > shortest) & (count_U <= longest))[:, 0]
        if len(rows_N):
            yield rows_N


class AffixEmbedding(nn.Module):
    """Concatenated vectors of a word's beginnings, endings, lower-case form and shape."""

    def __init__(self, affixes: int, kinds: int, size: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(affixes, size, padding_idx=PAD)
        with torch.no_grad():
            nn.init.normal_(self.vectors.weight, std=0.1)[PAD].zero_()
        self.output_size = kinds * size

    def forward(self, affixes_UA: Tensor) -> Tensor:
        e_UAD: Tensor = self.vectors(affixes_UA)
        return e_UAD.flatten(1)


class WordParts(NamedTuple):
    """Modules for the parts of x_t other than the whole word; None for a part that is not used."""

    pieces: PieceEmbedding | None = None
    characters: CharacterEmbedding | None = None
    affixes: AffixEmbedding | None = None


class WordEmbedding(nn.Module):
    """x_UD = [whole word ; pieces ; characters ; affixes], or x = gelu(P [word ; …] + b) if `mixed` > 0.

    P is applied once to each distinct word, so that it is cheap, and later layers can be narrow.
    """

    def __init__(
        self,
        words: int,
        word_size: int,
        parts: WordParts,
        word_dropout: float = 0.0,
        mixed: int = 0,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(words, word_size) if word_size else None
        if self.words is not None:
            nn.init.normal_(self.words.weight, std=0.1)
        self.pieces, self.characters, self.affixes = parts
        self.word_dropout, self.dropout = word_dropout, dropout
        side_by_side = word_size + sum(part.output_size for part in parts if part is not None)
        self.mix = Affine(side_by_side, mixed) if mixed else None
        self.output_size = mixed or side_by_side

    def forward(self, table: WordTable) -> Tensor:
        """The vectors x_UD of the distinct words."""
        parts = []
        if self.words is not None:
            parts.append(self.words(self._drop(table.word_U)))
        if self.pieces is not None:
            parts.append(self.pieces(table.pieces_UP, table.piece_count_U))
        if self.characters is not None:
            parts.append(self.characters(table.chars_UC, table.char_count_U))
        if self.affixes is not None:
            parts.append(self.affixes(table.affixes_UA))
        x_UD = torch.cat(parts, dim=-1)
        if self.mix is None:
            return x_UD
        return F.gelu(self.mix(self._dropout(x_UD)))

    def _drop(self, word_U: Tensor) -> Tensor:
        """Word dropout: replace random words by the unknown word, in training only."""
        if not self.training or self.word_dropout == 0.0:
            return word_U
        chance_U = draw(word_U.shape, word_U.new_empty(0, dtype=torch.float32), Tensor.uniform_, WORDS)
        return word_U.masked_fill(chance_U < self.word_dropout, UNKNOWN)

    def _dropout(self, x_UD: Tensor) -> Tensor:
        """Dropout of the parts of each word, in training only."""
        if not self.training or self.dropout == 0.0:
            return x_UD
        return x_UD * draw(x_UD.shape, x_UD, lambda keep: keep.bernoulli_(1 - self.dropout), WORDS).div_(
            1 - self.dropout
        )
