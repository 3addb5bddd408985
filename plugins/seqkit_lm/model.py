"""The network: z_t = h(W x_t + U z_{t-1}), P(y_{t+1} | y_≤t) = softmax(V z_t).

Shapes: B windows, T steps, N rows of a search, X features of x_t, H of z_t, V symbols.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.affine import Affine
from seqkit.nn.cross_entropy import log_probs
from seqkit.nn.deep import DeepLayer
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import State
from seqkit.nn.symbols import SymbolEmbedding
from seqkit_lm.symbols import BOUNDARY, LMFacts

States = tuple[State, ...]
"""The state of each layer."""


class WindowBatch(NamedTuple):
    """Windows of documents, padded on the right: each step reads a symbol and predicts the next one."""

    inputs_BT: Tensor
    targets_BT: Tensor
    mask_BT: Tensor
    """True for real steps, False for padding."""
    fresh_B: Tensor
    """True if a window begins its document: its initial state is zero, not carried."""
    lane_B: Tensor
    """Index of each window's lane."""
    lanes: int
    """Number of lanes, including those of other processes."""


class LanguageModel(nn.Module):
    """Layers of a recurrence over symbols, left to right."""

    def __init__(self, options: Any, facts: LMFacts) -> None:
        super().__init__()
        self.options, self.facts = options, facts
        self.inference_dtype = "float32"
        symbols, size, hidden = len(facts.symbols), options.embedding_size, options.hidden
        self.embedding = SymbolEmbedding(symbols, size)
        self.input_dropout = SharedDropout(options.dropout)
        recurrence = recurrence_class(options.recurrence)
        self.layers = nn.ModuleList(
            DeepLayer(recurrence, hidden if number else size, hidden, dropout=options.dropout)
            for number in range(options.layers)
        )
        self.output = Affine(hidden, symbols)
        nn.init.xavier_uniform_(self.output.weight)
        nn.init.zeros_(self.output.bias)
        self.end = BOUNDARY
        """The symbol that ends a text, for `seqkit.decoding`."""

    @property
    def V(self) -> Tensor:
        """Output matrix, (V, H)."""
        return self.output.weight

    def initial_state(self, rows: int) -> States:
        """Zero states of `rows` rows."""
        like = self.V.new_zeros(rows, 1, self.options.embedding_size)
        return tuple(cast(DeepLayer, layer).forward_chain.initial_state(like) for layer in self.layers)

    def forward(self, inputs_BT: Tensor, states: States) -> tuple[Tensor, States]:
        """Symbols and initial states -> z_BTH, and the states after the last step."""
        z_BTH, after = self.input_dropout(self.embedding(inputs_BT)), []
        for layer, state in zip(self.layers, states, strict=True):
            z_BTH, end = layer(z_BTH, None, state)
            after.append(end)
        return z_BTH, tuple(after)

    def step(self, previous_N: Tensor | None, states: States) -> tuple[Tensor, States]:
        """One step of a search: previous symbols (None: a boundary) -> log P(next)_NV, and the next states."""
        if previous_N is None:
            previous_N = torch.full((len(states[0][0]),), BOUNDARY, device=self.V.device)
        z_N1H, states = self(previous_N[:, None], states)
        log_p_NV = log_probs(z_N1H[:, 0], self.V, self.output.bias)
        log_p_NV[:, self.facts.symbols.unwritten] = -torch.inf
        return log_p_NV, states

    def select(self, states: States, rows_N: Tensor, sources_B: Tensor | None) -> States:
        """Select rows of the states."""
        return tuple(tuple(part[rows_N] for part in state) for state in states)
