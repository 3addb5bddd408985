"""x_t from a word: the word itself, its SentencePiece pieces, its characters.

Every distinct word of a batch is composed once (U of them) and then looked up by position.
Shapes: U distinct words, P pieces of a word, C characters of a word, D features.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import Layer, last_real

PAD, UNKNOWN = 0, 1
"""The first two ids of words and of characters."""


class WordTable(NamedTuple):
    """The distinct words of a batch, as ids padded with 0 on the right."""

    word_U: Tensor
    pieces_UP: Tensor
    piece_count_U: Tensor
    chars_UC: Tensor
    char_count_U: Tensor


class PieceEmbedding(nn.Module):
    """The mean of the vectors of a word's pieces, and those of its first and last."""

    def __init__(self, pieces: int, size: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(pieces, size)
        nn.init.normal_(self.vectors.weight, std=0.1)
        self.output_size = 3 * size

    def forward(self, pieces_UP: Tensor, count_U: Tensor) -> Tensor:
        e_UPD = self.vectors(pieces_UP)
        real_UP = torch.arange(pieces_UP.shape[1], device=pieces_UP.device) < count_U[:, None]
        mean_UD = (e_UPD * real_UP[:, :, None]).sum(1) / count_U[:, None]
        return torch.cat([mean_UD, e_UPD[:, 0], last_real(e_UPD, count_U)], dim=-1)


class CharacterEmbedding(nn.Module):
    """The last states of two chains that read a word's characters from either end (Ling et al. 2015)."""

    def __init__(self, characters: int, size: int, recurrence: str, hidden_size: int) -> None:
        super().__init__()
        self.vectors = nn.Embedding(characters, size, padding_idx=PAD)
        self.layer = Layer(recurrence, size, hidden_size, bidirectional=True)
        self.hidden_size = hidden_size
        self.output_size = 2 * hidden_size

    def forward(self, chars_UC: Tensor, count_U: Tensor) -> Tensor:
        z_UC2H = self.layer(self.vectors(chars_UC), count_U)
        forward_UH = last_real(z_UC2H[:, :, : self.hidden_size], count_U)
        backward_UH = z_UC2H[:, 0, self.hidden_size :]
        return torch.cat([forward_UH, backward_UH], dim=-1)


class WordEmbedding(nn.Module):
    """x_UD = [whole word ; pieces ; characters], whichever of them are given."""

    def __init__(
        self,
        words: int,
        word_size: int,
        pieces: PieceEmbedding | None,
        characters: CharacterEmbedding | None,
        word_dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.words = nn.Embedding(words, word_size) if word_size else None
        if self.words is not None:
            nn.init.normal_(self.words.weight, std=0.1)
        self.pieces, self.characters, self.word_dropout = pieces, characters, word_dropout
        parts = [pieces.output_size if pieces else 0, characters.output_size if characters else 0]
        self.output_size = word_size + sum(parts)

    def forward(self, table: WordTable) -> Tensor:
        """The vectors x_UD of the distinct words."""
        parts = []
        if self.words is not None:
            parts.append(self.words(self._drop(table.word_U)))
        if self.pieces is not None:
            parts.append(self.pieces(table.pieces_UP, table.piece_count_U))
        if self.characters is not None:
            parts.append(self.characters(table.chars_UC, table.char_count_U))
        return torch.cat(parts, dim=-1)

    def _drop(self, word_U: Tensor) -> Tensor:
        """Some words shown as unknown, in training only."""
        if not self.training or self.word_dropout == 0.0:
            return word_U
        dropped_U = torch.rand(word_U.shape, device=word_U.device) < self.word_dropout
        return word_U.masked_fill(dropped_U, UNKNOWN)
