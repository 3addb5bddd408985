"""An embedding of symbols from a list, such as characters. Shapes: B sequences, T symbols, E of a vector."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import mask_of
from seqkit.text.vocabulary import UNKNOWN, pad


class SymbolEmbedding(nn.Embedding):
    """A vector for each symbol of a list; one more for all other symbols, and one for padding."""

    def __init__(self, symbols: Sequence[str], size: int) -> None:
        """Args: symbols, without repeats, in the order of their ids; size, E."""
        super().__init__(UNKNOWN + 1 + len(symbols), size)
        self.ids = {symbol: number for number, symbol in enumerate(symbols, UNKNOWN + 1)}

    def collate(self, sequences: Sequence[Sequence[str]]) -> tuple[Tensor, Tensor]:
        """Sequences of symbols, such as texts, as ids_BT and mask_BT, which is False at padding."""
        ids_BT, lengths_B = pad([[self.ids.get(symbol, UNKNOWN) for symbol in row] for row in sequences])
        return torch.from_numpy(ids_BT), mask_of(torch.from_numpy(lengths_B), ids_BT.shape[1])
