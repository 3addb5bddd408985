"""The text encoder and the text decoder in numpy; see `seqkit_seq2seq.encoder` and `seqkit_seq2seq.decoder`.

Shapes: B lines, S pieces, N rows of a search, X features of x_τ, O of o_τ, V symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from seqkit.inference.numpy.chains import Ids
from seqkit.inference.numpy.decoder import DecoderState, NumpyMemory, RecurrentDecoder
from seqkit.inference.numpy.deep import DeepEncoder
from seqkit.inference.numpy.functions import Affine, affine, log_softmax
from seqkit.inference.numpy.loading import needed_form
from seqkit.inference.numpy.pointer import Lexical, Pointer
from seqkit.inference.numpy.weights import Array, Weights
from seqkit.text.piece_lines import LinePieces, plain_line
from seqkit.text.vocabulary import pad
from seqkit_seq2seq.sides import LONGEST, UNKNOWN, SourceLines, TargetLines
from seqkit_seq2seq.vocabulary import SourceText, TargetText


class SymbolTable:
    """x = D^¼ e_y; see `seqkit.nn.symbols.SymbolEmbedding`."""

    def __init__(self, weights: Weights, symbols: int, size: int) -> None:
        self.weight_VX = weights("weight", symbols, size)
        self._factor = np.float32(size**0.25)

    def __call__(self, y: Ids) -> Array:
        return self.weight_VX[y] * self._factor


class Lines(NamedTuple):
    """Lines as piece ids, padded on the right."""

    ids_BS: Ids
    lengths_B: Ids


class NumpyTextEncoder(SourceLines):
    """Lines of text -> memory."""

    def __init__(self, options: Any, facts: SourceText, weights: Weights) -> None:
        self.subword, self.pieces = facts.subword, LinePieces(facts.subword)
        self.longest = max(LONGEST, facts.longest)
        self.end, size = len(facts.subword), options.embedding_size
        self.embedding = SymbolTable(weights.part("embedding"), self.end + 1, size)
        recurrence = needed_form(options.recurrence)
        self._network = DeepEncoder(weights.part("network"), recurrence, size, options)

    def collate(self, inputs: Sequence[str], seed: int | None = None) -> Lines:
        """Batch lines. The seed, which training uses, has no effect."""
        rows = self.pieces.ids([plain_line(line) for line in inputs])
        return Lines(*pad([[*row, self.end] for row in rows]))

    def __call__(self, batch: Lines) -> NumpyMemory:
        real_BS = np.arange(batch.ids_BS.shape[1]) < batch.lengths_B[:, None]
        padded = not real_BS.all()
        x_SBX = self.embedding(batch.ids_BS.T)
        z_SBD, final = self._network(x_SBX, batch.lengths_B if padded else None)
        return NumpyMemory(z_SBD.transpose(1, 0, 2), real_BS if padded else None, final, batch.ids_BS)


class NumpyTextDecoder(TargetLines):
    """A memory -> lines of text."""

    def __init__(
        self, options: Any, facts: TargetText, weights: Weights, encoders: Mapping[str, NumpyTextEncoder]
    ) -> None:
        self.subword, self.longest = facts.subword, facts.longest
        self.pieces, self.repeats = LinePieces(facts.subword), facts.repeats
        self.end, size = len(facts.subword), options.embedding_size
        # The file stores a shared table once, under the first of its names.
        own = weights.has("embedding")
        self._embedding = (
            SymbolTable(weights.part("embedding"), self.end + 1, size) if own else encoders["text"].embedding
        )
        self._network = RecurrentDecoder(
            weights.part("network"),
            needed_form(options.recurrence),
            size,
            size if options.tied else options.hidden,
            options,
        )
        narrow = options.tied and self._network.output_size != size
        self._narrow = Affine(weights.part("narrow")) if narrow else None
        read_out = self._network.output_size
        self._pointer = Pointer(weights.part("pointer"), read_out) if options.copy else None
        lexical = weights.has("lexical")
        self._lexical = Lexical(weights.part("lexical"), size) if lexical else None
        output = weights.part("output")
        self._V = self._embedding.weight_VX if options.tied else output("weight", self.end + 1, None)
        self._b_V = output("bias", self.end + 1)

    def start(self, memory: NumpyMemory) -> DecoderState:
        """The state before the first step."""
        return self._network.start(memory)

    def step(self, previous_N: Ids | None, state: DecoderState) -> tuple[Array, DecoderState]:
        """One step: the symbols just written (None: the boundary) -> log P(next)_NV."""
        if previous_N is None:
            previous_N = np.full(len(state.layers[0][0]), self.end)
        o_NO, a_NS, state = self._network.step(self._embedding(previous_N), state)
        w_NX = o_NO if self._narrow is None else self._narrow(o_NO)
        reading = state.reading
        if reading is None or a_NS is None or reading.symbols_BS is None:
            log_p_NV = log_softmax(affine(w_NX, self._V, self._b_V))
        else:
            if self._lexical is not None:
                w_NX = w_NX + self._lexical(a_NS, self._embedding(reading.symbols_BS))
            log_p_NV = log_softmax(affine(w_NX, self._V, self._b_V))
            if self._pointer is not None:
                log_p_NV = self._pointer.mix(log_p_NV, o_NO, a_NS, reading)
        log_p_NV[:, UNKNOWN] = -np.inf
        return log_p_NV, state

    def select(self, state: DecoderState, rows_N: Ids, sources_B: Ids | None) -> DecoderState:
        """The state of these rows."""
        return state.select(rows_N, sources_B)
