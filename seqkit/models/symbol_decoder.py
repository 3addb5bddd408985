"""A recurrent decoder of symbols: ŷ_τ = V_d o_τ, P(y_τ | y_<τ, memory) = softmax(ŷ_τ).

A subclass says what the symbols are: `symbols` cuts a target into them, `read` puts them together.
Shapes: B examples, T symbols, N rows of a search, X features of x_τ, O of o_τ, V symbols.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seqkit.models.contracts import Counts, Loss, Memory, StepLogProbs
from seqkit.models.modalities import SymbolDecoder
from seqkit.models.networks import recurrent_decoder
from seqkit.nn.affine import affine
from seqkit.nn.cross_entropy import chunked_cross_entropy, log_probs, symbol_log_probs
from seqkit.nn.decoder import DecoderState
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.placement import steps_with_target
from seqkit.nn.recurrent import mask_of
from seqkit.nn.symbols import SymbolEmbedding
from seqkit.text.vocabulary import pad


class SymbolBatch(NamedTuple):
    """Symbols of targets, padded on the right: the inputs begin with the end symbol, the targets end with it."""

    inputs_BT: Tensor
    targets_BT: Tensor
    mask_BT: Tensor


class RecurrentSymbolDecoder(SymbolDecoder):
    """A Memory -> symbols. One symbol beside those of the subclass, `end`, begins and ends each output."""

    alphabet: Any = None

    def __init__(
        self,
        options: Any,
        count: int,
        memory_size: int,
        final_sizes: tuple[int, ...],
        embedding_size: int = 0,
        output_size: int = 0,
    ) -> None:
        """Args: options, those of `Seq2SeqOptions`; count, symbols without `end`; embedding_size, X, and output_size, O
        of what attention gives, 0: as `hidden`.
        """
        super().__init__()
        self.options, self.end = options, count
        size = embedding_size or options.hidden
        self.embedding = SymbolEmbedding(count + 1, size)
        self.input_dropout = SharedDropout(options.dropout)
        self.network = recurrent_decoder(
            options, size, memory_size, final_sizes, output_size or options.hidden, options.input_feeding
        )
        self.make_output(count + 1)

    def make_output(self, count: int) -> None:
        """Make `output`, whose weight is V. Args: count, all symbols."""
        self.output = nn.Linear(self.network.output_size, count)

    @property
    def V(self) -> Tensor:
        """Output matrix, (symbols, size of o)."""
        return self.output.weight

    def lengths(self, targets: Sequence[Any]) -> list[int]:
        """Symbols of each target, the end included."""
        return [len(self.symbols(target)) + 1 for target in targets]

    def collate(self, targets: Sequence[Any], seed: int | None = None) -> SymbolBatch:
        """Targets as one batch. Nothing is random about it."""
        return self.batch([self.symbols(target) for target in targets])

    def batch(self, rows: Sequence[Sequence[int]]) -> SymbolBatch:
        """Symbols, without `end`, as one batch."""
        inputs_BT, lengths_B = pad([[self.end, *row] for row in rows])
        targets_BT, _ = pad([[*row, self.end] for row in rows])
        mask_BT = mask_of(torch.from_numpy(lengths_B), inputs_BT.shape[1])
        return SymbolBatch(torch.from_numpy(inputs_BT), torch.from_numpy(targets_BT), mask_BT)

    def outputs(self, memory: Memory, inputs_BT: Tensor) -> tuple[Tensor, Tensor | None]:
        """All steps at once: o_BTO, and the attention a_BTS."""
        return self.network.outputs(self.input_dropout(self.embedding(inputs_BT)), self.start(memory))

    def loss(self, memory: Memory, batch: SymbolBatch, label_smoothing: float = 0.0) -> Loss:
        """-Σ_τ log P(y_τ | y_<τ, memory)."""
        o_BTO, _ = self.outputs(memory, batch.inputs_BT)
        o_NO, y_N = steps_with_target(o_BTO, batch.targets_BT, batch.mask_BT)
        loss = chunked_cross_entropy(o_NO, self.V, self.output.bias, y_N, label_smoothing)
        counts = Counts.of(loss.nll, loss.right, batch.mask_BT.sum())
        return Loss(loss.smooth, counts.steps, counts)

    def _steps(self, memory: Memory, batch: SymbolBatch) -> tuple[Tensor, Tensor]:
        """o and the right symbol of each real step."""
        o_BTO, _ = self.outputs(memory, batch.inputs_BT)
        return o_BTO[batch.mask_BT], batch.targets_BT[batch.mask_BT]

    def log_prob(self, memory: Memory, batch: SymbolBatch) -> Tensor:
        """ln P(target | memory) of each example."""
        o_NO, y_N = self._steps(memory, batch)
        log_p_N = symbol_log_probs(o_NO, self.V, self.output.bias, y_N)
        rows = batch.mask_BT.nonzero()[:, 0]
        return log_p_N.new_zeros(len(batch.mask_BT)).index_add(0, rows, log_p_N)

    def step_log_probs(self, memory: Memory, batch: SymbolBatch) -> StepLogProbs:
        """Log-probabilities of every symbol at every step."""
        o_NO, y_N = self._steps(memory, batch)
        return StepLogProbs(log_probs(o_NO, self.V, self.output.bias), y_N)

    def step_scores(self, memory: Memory, batch: SymbolBatch) -> Tensor:
        """ŷ_BTV, the logits of all symbols at each step."""
        return affine(self.outputs(memory, batch.inputs_BT)[0], self.V, self.output.bias)

    def step_losses(self, memory: Memory, batch: SymbolBatch) -> Tensor:
        """-ln P(y_τ | y_<τ, memory) of each step, (B, T), 0 at padding."""
        log_p_BTV = self.step_scores(memory, batch).log_softmax(-1)
        return -log_p_BTV.gather(2, batch.targets_BT[:, :, None])[:, :, 0] * batch.mask_BT

    def attention(self, memory: Memory, batch: SymbolBatch) -> Tensor | None:
        """Attention of each step, a_BTS; None for a model without attention."""
        return self.outputs(memory, batch.inputs_BT)[1]

    def rows(self, batch: SymbolBatch) -> list[list[int]]:
        """The symbols of each target, without `end`."""
        lengths = (batch.mask_BT.sum(1) - 1).tolist()
        return [row[:length] for row, length in zip(batch.targets_BT.tolist(), lengths, strict=True)]

    def inputs(self, batch: SymbolBatch) -> Tensor:
        """The symbol before each one; `end` before the first."""
        return batch.inputs_BT

    def with_decoder_inputs(self, batch: SymbolBatch, inputs_BT: Tensor) -> SymbolBatch:
        """The batch with other input symbols, and the same targets."""
        return batch._replace(inputs_BT=inputs_BT)

    def start(self, memory: Memory) -> DecoderState:
        """The state before the first step."""
        return self.network.start(memory.states_BSD, memory.mask_BS, memory.final)

    def step(self, previous_N: Tensor | None, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """One step: the symbols just written (None before the first) -> log P(next)_NV."""
        if previous_N is None:
            previous_N = torch.full((len(state.layers[0][0]),), self.end, device=self.V.device)
        o_NO, state = self.network.step(self.embedding(previous_N), state)
        return log_probs(o_NO, self.V, self.output.bias), state

    def select(self, state: DecoderState, rows_N: Tensor, examples_B: Tensor | None) -> DecoderState:
        """The state of these rows."""
        return state.select(rows_N, examples_B)

    def labels(self, target: Any) -> list[str]:
        """The name of each symbol, and of the end: one for each step of the attention."""
        names = self.symbol_names()
        return [names[symbol] for symbol in [*self.symbols(target), self.end]]

    @abstractmethod
    def symbol_names(self) -> list[str]:
        """Name of each of the V symbols, `end` last."""


class VocabularyDecoder(RecurrentSymbolDecoder):
    """A decoder whose symbols stand in a list, `VocabularyFacts`: characters, phonemes, notes.

    A subclass that cuts or joins outputs otherwise overrides `cut` and `join_symbols` of its facts.
    """

    def __init__(
        self,
        options: Any,
        facts: Any,
        memory_size: int,
        final_sizes: tuple[int, ...],
        encoders: Mapping[str, Any],
    ) -> None:
        """Args: facts, a `VocabularyFacts`."""
        super().__init__(options, len(facts.symbols), memory_size, final_sizes)
        self.facts, self.longest = facts, facts.longest
        self.alphabet = tuple(facts.symbols)
        self._ids = {symbol: number for number, symbol in enumerate(facts.symbols)}

    def symbols(self, target: Any) -> list[int]:
        """The symbols of a target. Raises SeqkitError for one that the training split did not have."""
        from seqkit.errors import SeqkitError

        cut = self.facts.cut(target)
        if strange := [one for one in cut if one not in self._ids]:
            raise SeqkitError(f"the model cannot write {strange[0]!r}", "Leave it out.", exit_code=2)
        return [self._ids[one] for one in cut]

    def read(self, symbols: Sequence[int]) -> Any:
        """What the symbols say."""
        return self.facts.join_symbols([self.facts.symbols[symbol] for symbol in symbols])

    def symbol_names(self) -> list[str]:
        """The symbols, and `</s>` for the end."""
        return [*self.facts.symbols, "</s>"]
