"""The text encoder: z_t = h(W_e x_t + U_e z_{t-1}) over the pieces of a line.

Shapes: B lines, S pieces, X features of x_t, D of z_t.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from seqkit.models.contracts import Memory
from seqkit.models.modalities import Encoder
from seqkit.models.networks import recurrent_encoder
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.placement import all_real
from seqkit.nn.recurrent import mask_of
from seqkit.nn.symbols import SymbolEmbedding
from seqkit.text.piece_lines import LinePieces, plain_line
from seqkit.text.vocabulary import pad
from seqkit_seq2seq.sides import LONGEST, SourceLines
from seqkit_seq2seq.vocabulary import SourceText


class TextBatch(NamedTuple):
    """Lines as piece ids, padded on the right."""

    ids_BS: Tensor
    lengths_B: Tensor


class TextEncoder(SourceLines, Encoder):
    """Lines of text -> Memory. Every line ends in one more symbol, so that an empty one has a state, too."""

    def __init__(self, options: Any, facts: SourceText) -> None:
        super().__init__()
        self.options, self.subword = options, facts.subword
        self.pieces, self.longest = LinePieces(facts.subword), max(LONGEST, facts.longest)
        self.end, self.alphabet = len(facts.subword), facts.subword.proto
        self.embedding = SymbolEmbedding(self.end + 1, options.embedding_size)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_encoder(options, options.embedding_size)
        self.output_size, self.final_sizes = options.hidden, self.network.final_sizes

    def collate(self, inputs: Sequence[str], seed: int | None = None) -> TextBatch:
        """Batch lines; with a seed, sample the segmentation of some words."""
        lines = [plain_line(line) for line in inputs]
        if seed is not None and self.options.sampling:
            rows = self.pieces.sampled(lines, self.options.sampling, seed)
        else:
            rows = self.pieces.ids(lines)
        ids_BS, lengths_B = pad([[*row, self.end] for row in rows])
        return TextBatch(torch.from_numpy(ids_BS), torch.from_numpy(lengths_B))

    def forward(self, batch: TextBatch) -> Memory:
        real_BS = mask_of(batch.lengths_B, batch.ids_BS.shape[1])
        mask_BS = None if all_real(real_BS) else real_BS
        x_BSX = self.input_dropout(self.embedding(batch.ids_BS))
        z_BSD, final = self.network(x_BSX, mask_BS)
        return Memory(z_BSD, mask_BS, final, batch.ids_BS, self.alphabet)
