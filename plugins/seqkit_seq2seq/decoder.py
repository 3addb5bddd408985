"""The text decoder: ŷ_τ = V_d o_τ over the pieces of a line, o from the recurrent decoder.

Shapes: B lines, T pieces, N rows of a search, X features of x_τ, H of z_τ, O of o_τ, V symbols.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seqkit.models.contracts import Counts, Loss, Memory, StepLogProbs
from seqkit.models.symbol_decoder import RecurrentSymbolDecoder, SymbolBatch
from seqkit.nn.affine import Affine, affine
from seqkit.nn.cross_entropy import chunked_cross_entropy, log_probs, symbol_log_probs
from seqkit.nn.decoder import DecoderState
from seqkit.nn.lexical import Lexical
from seqkit.nn.placement import steps_with_target
from seqkit.nn.pointer import Copies, Pointer, log_mixture, mixed_log_probs
from seqkit.nn.pointer_loss import pointer_cross_entropy
from seqkit.text.piece_lines import LinePieces, one_line
from seqkit_seq2seq.copying import check_copying, is_lexical
from seqkit_seq2seq.sides import UNKNOWN, TargetLines
from seqkit_seq2seq.vocabulary import TargetText


class Steps(NamedTuple):
    """The N real steps of a batch."""

    w_NX: Tensor
    """The input of the output matrix V."""
    y_N: Tensor
    copies: Copies | None
    """None for a model that does not copy."""


class TextDecoder(TargetLines, RecurrentSymbolDecoder):
    """A Memory -> lines of text. One more symbol, `end`, begins and ends each line."""

    def __init__(
        self,
        options: Any,
        facts: TargetText,
        memory_size: int,
        final_sizes: tuple[int, ...],
        encoders: Mapping[str, Any],
    ) -> None:
        size = options.embedding_size
        output_size = size if options.tied else options.hidden
        super().__init__(options, len(facts.subword), memory_size, final_sizes, size, output_size)
        self.subword, self.longest = facts.subword, facts.longest
        self.pieces, self.repeats = LinePieces(facts.subword), facts.repeats
        lexical = is_lexical(options, self.alphabet, encoders)
        if options.copy or lexical:
            check_copying(options, self.alphabet, encoders)
        self.pointer = Pointer(self.network.output_size) if options.copy else None
        self.lexical = Lexical(size, self.output.weight.shape[1]) if lexical else None
        if options.tied:
            self.output.weight = self.embedding.weight
            self._share(encoders)

    def make_output(self, count: int) -> None:
        """Create V. A tied V has the size of the embedding, to which `narrow` projects o."""
        size, tied = self.options.embedding_size, self.options.tied
        self.narrow = None
        if tied and self.network.output_size != size:
            self.narrow = Affine(self.network.output_size, size, bias=False)
        self.output = nn.Linear(size if tied else self.network.output_size, count)
        nn.init.zeros_(self.output.bias)

    def _share(self, encoders: Mapping[str, Any]) -> None:
        """Use one table of vectors with a text encoder of the same pieces."""
        encoder = encoders.get("text")
        if self.options.joint and encoder is not None and encoder.subword.proto == self.subword.proto:
            encoder.embedding.weight = self.embedding.weight

    @property
    def alphabet(self) -> bytes:
        """Identifies the symbols: equal in two decoders with the same symbols."""
        return self.subword.proto

    def collate(self, targets: Sequence[str], seed: int | None = None) -> SymbolBatch:
        """Batch lines; with a seed, sample segmentations and replace some inputs by the unknown piece."""
        lines = [one_line(line) for line in targets]
        if seed is None:
            return self.batch(self.pieces.ids(lines))
        if self.options.sampling:
            rows = self.pieces.sampled(lines, self.options.sampling, seed + 1)
        else:
            rows = self.pieces.ids(lines)
        return self._without_pieces(self.batch(rows), seed + 1)

    def _without_pieces(self, batch: SymbolBatch, seed: int) -> SymbolBatch:
        """Hide a share `piece_dropout` of the inputs, except the boundary."""
        if not self.options.piece_dropout:
            return batch
        generator = torch.Generator().manual_seed(seed)
        dropped_BT = torch.rand(batch.inputs_BT.shape, generator=generator) < self.options.piece_dropout
        dropped_BT[:, 0] = False
        return batch._replace(inputs_BT=batch.inputs_BT.masked_fill(dropped_BT, UNKNOWN))

    def _target_steps(self, memory: Memory, batch: SymbolBatch) -> Steps:
        o_BTO, a_BTS = self.outputs(memory, batch.inputs_BT)
        w_BTX, copies = self._read_out(o_BTO, a_BTS, memory.symbols_BS, memory.mask_BS)
        return Steps(
            w_BTX[batch.mask_BT],
            batch.targets_BT[batch.mask_BT],
            None if copies is None else copies.at(batch.mask_BT),
        )

    def _read_out(
        self, o_BTO: Tensor, a_BTS: Tensor | None, symbols_BS: Tensor | None, mask_BS: Tensor | None
    ) -> tuple[Tensor, Copies | None]:
        """The input of V, w_BTX, and the symbols that each step may copy."""
        w_BTX = o_BTO if self.narrow is None else self.narrow(o_BTO)
        if a_BTS is None or symbols_BS is None:
            return w_BTX, None
        if self.lexical is not None:
            w_BTX = w_BTX + self.lexical(a_BTS, self.embedding(symbols_BS))
        copies = None if self.pointer is None else self.pointer(o_BTO, a_BTS, symbols_BS, mask_BS)
        return w_BTX, copies

    def _log_probs(self, w_NX: Tensor, copies: Copies | None) -> Tensor:
        """log P of all symbols, (N, V)."""
        log_p_NV = log_probs(w_NX, self.V, self.output.bias)
        return log_p_NV if copies is None else mixed_log_probs(log_p_NV, copies)

    def loss(self, memory: Memory, batch: SymbolBatch, label_smoothing: float = 0.0) -> Loss:
        """-Σ_τ log P(y_τ | y_<τ, memory)."""
        o_BTO, a_BTS = self.outputs(memory, batch.inputs_BT)
        w_BTX, copies_BT = self._read_out(o_BTO, a_BTS, memory.symbols_BS, memory.mask_BS)
        y_BT, mask_BT = batch.targets_BT, batch.mask_BT
        if copies_BT is None:
            w_NX, y_N = steps_with_target(w_BTX, y_BT, mask_BT)
            loss = chunked_cross_entropy(w_NX, self.V, self.output.bias, y_N, label_smoothing)
        else:
            w_NX, copies = w_BTX[mask_BT], copies_BT.at(mask_BT)
            loss = pointer_cross_entropy(
                w_NX, self.V, self.output.bias, copies, y_BT[mask_BT], label_smoothing
            )
        counts = Counts.of(loss.nll, loss.right, batch.mask_BT.sum())
        return Loss(loss.smooth, counts.steps, counts)

    def step_scores(self, memory: Memory, batch: SymbolBatch) -> Tensor:
        """ŷ_BTV, the logits of all symbols at each step; log P for a model that copies."""
        o_BTO, a_BTS = self.outputs(memory, batch.inputs_BT)
        w_BTX, copies = self._read_out(o_BTO, a_BTS, memory.symbols_BS, memory.mask_BS)
        if copies is None:
            return affine(w_BTX, self.V, self.output.bias)
        every_BT = torch.ones_like(batch.mask_BT)
        log_p_NV = self._log_probs(w_BTX[every_BT], copies.at(every_BT))
        return log_p_NV.view(*every_BT.shape, -1)

    def symbol_names(self) -> list[str]:
        """The pieces, and `</s>` for the end."""
        return [*(self.subword.piece(number) for number in range(self.end)), "</s>"]

    def log_prob(self, memory: Memory, batch: SymbolBatch) -> Tensor:
        """log P(line | memory) of each line."""
        w_NX, y_N, copies = self._target_steps(memory, batch)
        log_p_N = symbol_log_probs(w_NX, self.V, self.output.bias, y_N)
        if copies is not None:
            log_p_N = log_mixture(log_p_N, copies.gate_N, copies.of(y_N))
        rows = batch.mask_BT.nonzero()[:, 0]
        return log_p_N.new_zeros(len(batch.mask_BT)).index_add(0, rows, log_p_N)

    def step_log_probs(self, memory: Memory, batch: SymbolBatch) -> StepLogProbs:
        """Log-probabilities of every symbol at every step of the lines."""
        w_NX, y_N, copies = self._target_steps(memory, batch)
        return StepLogProbs(self._log_probs(w_NX, copies), y_N)

    def start(self, memory: Memory) -> DecoderState:
        """The state before the first step."""
        needed = self.pointer is not None or self.lexical is not None
        symbols_BS = memory.symbols_BS if needed else None
        return self.network.start(memory.states_BSD, memory.mask_BS, memory.final, symbols_BS)

    def step(self, previous_N: Tensor | None, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """One step: the symbols just written (None: the boundary) -> log P(next)_NV."""
        if previous_N is None:
            previous_N = torch.full((len(state.layers[0][0]),), self.end, device=self.V.device)
        o_NO, a_NS, state = self.network.attending_step(self.embedding(previous_N), state)
        log_p_NV = self._log_probs(*self._read_out_rows(o_NO, a_NS, state))
        if log_p_NV.requires_grad:
            log_p_NV = log_p_NV.clone()  # the original is needed for the gradient
        log_p_NV[:, UNKNOWN] = -torch.inf
        return log_p_NV, state

    def _read_out_rows(
        self, o_NO: Tensor, a_NS: Tensor | None, state: DecoderState
    ) -> tuple[Tensor, Copies | None]:
        """As `_read_out`, for the rows of a search."""
        reading = state.reading
        if reading is None or reading.symbols_BS is None or a_NS is None:
            return self._read_out(o_NO, None, None, None)
        o_BKO, a_BKS = (part.view(len(reading.symbols_BS), -1, part.shape[-1]) for part in (o_NO, a_NS))
        w_BKX, copies = self._read_out(o_BKO, a_BKS, reading.symbols_BS, reading.mask_BS)
        if copies is not None:
            copies = Copies(*(part.flatten(0, 1) for part in copies))
        return w_BKX.flatten(0, 1), copies

    def coverage(self, state: DecoderState) -> Tensor:
        """Σ_s log min(Σ_τ a_τs, 1) of each row, (N,). Raises SeqkitError for a model without attention."""
        penalty_N = self.network.coverage(state)
        return super().coverage(state) if penalty_N is None else penalty_N
