"""A recurrent decoder that reads a memory, independent of what it writes.

    z_τ = h(W_d x_τ + U_d z_{τ-1})

With attention, o_τ = tanh(W_c [z_τ ; context_τ]) (Luong et al. 2015, eq. 5), and with input feeding x_τ also has
o_{τ-1}. Without attention o_τ = z_τ, and the initial state is all that the decoder receives of the source.

Shapes: B sentences, N rows (K = N / B consecutive rows share a sentence's memory), T decoder steps,
S memory steps, D features of the memory, X of x, H of z, O of o.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from seqkit.nn.affine import Affine
from seqkit.nn.attention import ATTENTIONS
from seqkit.nn.deep import Bridge, DeepLayer
from seqkit.nn.dropout import SharedDropout
from seqkit.nn.recurrent import RecurrenceClass, State

LEAST_COVERED = 1e-3
"""Minimum attention that is counted for a step of the memory."""


class Reading(NamedTuple):
    """A memory, projected once for a decoder."""

    memory_BSD: Tensor
    keys_BSA: Tensor
    mask_BS: Tensor | None
    symbols_BS: Tensor | None = None
    """The symbols of the source, which a step may copy; None if the decoder does not copy."""


class DecoderState(NamedTuple):
    """The state of a decoder between two steps."""

    layers: tuple[State, ...]
    fed_NO: Tensor | None
    """o_{τ-1} with input feeding, else None."""
    reading: Reading | None
    coverage_NS: Tensor | None = None
    """The attention on each step of the memory so far, Σ_τ a_τs; None if it is not needed."""

    def select(self, rows_N: Tensor, sentences_B: Tensor | None = None) -> DecoderState:
        """Select rows, in this order, and keep the memories of `sentences_B` only (None: all)."""
        reading = self.reading
        if reading is not None and sentences_B is not None:
            reading = Reading(*(None if part is None else part[sentences_B] for part in reading))  # type: ignore[arg-type]
        layers = tuple(tuple(part[rows_N] for part in state) for state in self.layers)
        fed_NO, coverage_NS = (
            None if part is None else part[rows_N] for part in (self.fed_NO, self.coverage_NS)
        )
        return DecoderState(layers, fed_NO, reading, coverage_NS)


class RecurrentDecoder(nn.Module):
    """Steps x_1 … x_T and a memory -> o_1 … o_T."""

    def __init__(
        self,
        recurrence: RecurrenceClass,
        input_size: int,
        hidden_size: int,
        layers: int,
        memory_size: int,
        final_sizes: tuple[int, ...],
        *,
        attention: str = "none",
        output_size: int = 0,
        input_feeding: bool = False,
        dropout: float = 0.0,
        layer_norm: bool = False,
        residual: bool = False,
    ) -> None:
        """Args: final_sizes, sizes of the parts of the memory's final state; output_size, O with attention."""
        super().__init__()
        self.attention = ATTENTIONS[attention](hidden_size, memory_size) if attention != "none" else None
        self.output_size = output_size if self.attention is not None else hidden_size
        self.feeds = input_feeding and self.attention is not None
        first_size = input_size + (self.output_size if self.feeds else 0)
        self.layers = nn.ModuleList(
            DeepLayer(
                recurrence,
                first_size if number == 0 else hidden_size,
                hidden_size,
                dropout=dropout,
                layer_norm=layer_norm,
                residual=residual,
            )
            for number in range(layers)
        )
        self.bridge = Bridge(final_sizes, self.layers[0].forward_chain, layers)  # type: ignore[arg-type]
        if self.attention is not None:
            self.W_c = Affine(hidden_size + memory_size, output_size)
            self.output_dropout = SharedDropout(dropout)

    def start(
        self, memory_BSD: Tensor, mask_BS: Tensor | None, final: State, symbols_BS: Tensor | None = None
    ) -> DecoderState:
        """The initial state, one row for each sentence."""
        reading = fed_BO = coverage_BS = None
        if self.attention is not None:
            if not torch.is_grad_enabled():
                coverage_BS = memory_BSD.new_zeros(memory_BSD.shape[:2], dtype=torch.float32)
            reading = Reading(memory_BSD, self.attention.keys(memory_BSD), mask_BS, symbols_BS)
        if self.feeds:
            fed_BO = memory_BSD.new_zeros(memory_BSD.shape[0], self.output_size)
        return DecoderState(tuple(self.bridge(final)), fed_BO, reading, coverage_BS)

    def forward(self, x_BTX: Tensor, state: DecoderState) -> Tensor:
        """Compute all steps: x_BTX, right-padded, one row for each sentence -> o_BTO."""
        return self.outputs(x_BTX, state)[0]

    def outputs(self, x_BTX: Tensor, state: DecoderState) -> tuple[Tensor, Tensor | None]:
        """As `forward`; also returns the attention a_BTS."""
        if self.feeds:
            return self._one_by_one(x_BTX, state)
        z_BTH = x_BTX
        for layer, start in zip(self.layers, state.layers, strict=True):
            z_BTH = layer.outputs(z_BTH, start)  # type: ignore[operator]
        return self._look(z_BTH, state.reading)

    def _one_by_one(self, x_BTX: Tensor, state: DecoderState) -> tuple[Tensor, Tensor]:
        """Compute step by step, as input feeding requires."""
        masks = self._masks(x_BTX)
        o_TBO, a_TBS = [], []
        for t in range(x_BTX.shape[1]):
            o_BO, a_BS, state = self._step(x_BTX[:, t], state, masks)
            o_TBO.append(o_BO)
            a_TBS.append(a_BS)
        return torch.stack(o_TBO, dim=1), torch.stack(a_TBS, dim=1)  # type: ignore[arg-type]

    def _masks(self, x_BTX: Tensor) -> tuple[Tensor, ...] | None:
        """Dropout masks of each layer and of o, one for each sentence, the same at every step."""
        if not self.training:
            return None
        modules = [*(layer.dropout for layer in self.layers), self.output_dropout]
        sizes = [*(layer.forward_chain.hidden_size for layer in self.layers), self.output_size]  # type: ignore[union-attr]
        ones = (x_BTX.new_ones(x_BTX.shape[0], 1, size) for size in sizes)  # type: ignore[arg-type]
        return tuple(module(one)[:, 0] for module, one in zip(modules, ones, strict=True))  # type: ignore[operator]

    def step(self, x_NX: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """Compute one step without dropout: x_NX -> o_NO and the next state."""
        o_NO, _, after = self._step(x_NX, state, None)
        return o_NO, after

    def coverage(self, state: DecoderState) -> Tensor | None:
        """Σ_s log min(Σ_τ a_τs, 1) of each row, (N,), at most 0 (Wu et al. 2016, eq. 14); None without attention."""
        if state.coverage_NS is None or state.reading is None:
            return None
        log_NS = state.coverage_NS.clamp(LEAST_COVERED, 1).log()
        if state.reading.mask_BS is not None:
            beam = len(log_NS) // len(state.reading.mask_BS)
            log_NS = log_NS.masked_fill(~state.reading.mask_BS.repeat_interleave(beam, dim=0), 0)
        return log_NS.sum(-1)

    def attending_step(self, x_NX: Tensor, state: DecoderState) -> tuple[Tensor, Tensor | None, DecoderState]:
        """As `step`; also returns the attention a_NS."""
        return self._step(x_NX, state, None)

    def _step(
        self, x_NX: Tensor, state: DecoderState, masks: tuple[Tensor, ...] | None
    ) -> tuple[Tensor, Tensor | None, DecoderState]:
        z_NH = x_NX if state.fed_NO is None else torch.cat([x_NX, state.fed_NO], dim=-1)
        layers = []
        for number, (layer, before) in enumerate(zip(self.layers, state.layers, strict=True)):
            z_NH, after = layer.step(z_NH, before, None if masks is None else masks[number])  # type: ignore[operator]
            layers.append(after)
        reading = state.reading
        if reading is None:
            return z_NH, None, state._replace(layers=tuple(layers))
        sentences = reading.memory_BSD.shape[0]
        z_BKH = z_NH.view(sentences, -1, z_NH.shape[-1])
        o_BKO, a_BKS = self._look(z_BKH, reading, None if masks is None else masks[-1][:, None])
        o_NO, a_NS = o_BKO.flatten(0, 1), a_BKS.flatten(0, 1)  # type: ignore[union-attr]
        coverage_NS = None if state.coverage_NS is None else state.coverage_NS + a_NS
        return o_NO, a_NS, DecoderState(tuple(layers), o_NO if self.feeds else None, reading, coverage_NS)

    def _look(
        self, z_BTH: Tensor, reading: Reading | None, mask_B1O: Tensor | None = None
    ) -> tuple[Tensor, Tensor | None]:
        """Attend: z_BTH -> o_BTO and the weights."""
        if self.attention is None or reading is None:
            return z_BTH, None
        context_BTD, a_BTS = self.attention(z_BTH, reading.memory_BSD, reading.keys_BSA, reading.mask_BS)
        o_BTO = torch.tanh(self.W_c(torch.cat([z_BTH, context_BTD], dim=-1)))
        return (self.output_dropout(o_BTO) if mask_B1O is None else o_BTO * mask_B1O), a_BTS
