"""The recurrent decoder in numpy; see `seqkit.nn.decoder`.

Shapes: B sentences, N rows (K = N / B of them read the same sentence's memory, one after another), S memory steps,
D features of the memory, X of x, H of z, O of o.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from seqkit.inference.numpy.attention import Mask, attention_of
from seqkit.inference.numpy.chains import Ids
from seqkit.inference.numpy.deep import Bridge, DeepLayer
from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.functions import Affine
from seqkit.inference.numpy.weights import Array, Weights
from seqkit.models.options import Seq2SeqOptions


class NumpyMemory(NamedTuple):
    """The output of an encoder; see `seqkit.models.contracts.Memory`."""

    states_BSD: Array
    mask_BS: Mask | None
    """True at real steps; None if all are real."""
    final: State
    symbols_BS: Ids | None = None
    """The symbol at each step, so that a decoder may copy it."""

    def symbols(self) -> list[list[int]] | None:
        """The symbols of each source, without padding; None for sources without symbols."""
        if self.symbols_BS is None or self.mask_BS is None:
            return None if self.symbols_BS is None else self.symbols_BS.tolist()
        return [row[real].tolist() for row, real in zip(self.symbols_BS, self.mask_BS, strict=True)]


class Reading(NamedTuple):
    """A memory, projected once for a decoder."""

    memory_BSD: Array
    keys_BSA: Array
    mask_BS: Mask | None
    symbols_BS: Ids | None


class DecoderState(NamedTuple):
    """The state of a decoder between two steps."""

    layers: tuple[State, ...]
    fed_NO: Array | None
    reading: Reading | None

    def select(self, rows_N: Ids, sentences_B: Ids | None = None) -> DecoderState:
        """Select these rows, in this order. Args: sentences_B, the sentences whose memories are kept; None: all."""
        reading = self.reading
        if reading is not None and sentences_B is not None:
            reading = Reading(*(None if part is None else part[sentences_B] for part in reading))  # type: ignore[arg-type]
        layers = tuple(tuple(part[rows_N] for part in state) for state in self.layers)
        return DecoderState(layers, None if self.fed_NO is None else self.fed_NO[rows_N], reading)


class RecurrentDecoder:
    """Steps x_1 … x_T and a memory -> o_1 … o_T."""

    def __init__(
        self,
        weights: Weights,
        recurrence: type[NumpyRecurrence],
        input_size: int,
        output_size: int,
        options: Seq2SeqOptions,
    ) -> None:
        """Args: output_size, size of o in a model with attention."""
        self._attention = None
        self.output_size = options.hidden
        if options.attention != "none":
            self._attention = attention_of(options.attention, weights.part("attention"))
            self._W_c, self.output_size = Affine(weights.part("W_c"), None, output_size), output_size
        self._feeds = options.input_feeding
        first = input_size + (self.output_size if self._feeds else 0)
        self._layers = [
            DeepLayer(weights.part(f"layers.{number}"), recurrence, size, options)
            for number, size in enumerate([first] + [options.hidden] * (options.decoder_layers - 1))
        ]
        self._bridge = Bridge(weights.part("bridge"), self._layers[0].layer.forward_chain)

    def start(self, memory: NumpyMemory) -> DecoderState:
        """The state before the first step: a row for each sentence."""
        reading = fed_BO = None
        if self._attention is not None:
            keys_BSA = self._attention.keys(memory.states_BSD)
            reading = Reading(memory.states_BSD, keys_BSA, memory.mask_BS, memory.symbols_BS)
        if self._feeds:
            fed_BO = np.zeros((len(memory.states_BSD), self.output_size), np.float32)
        start = self._bridge(memory.final)
        return DecoderState(tuple(start for _ in self._layers), fed_BO, reading)

    def step(self, x_NX: Array, state: DecoderState) -> tuple[Array, Array | None, DecoderState]:
        """Compute a step: x_NX -> o_NO, the attention a_NS (None without attention), and the next state."""
        z_NH = x_NX if state.fed_NO is None else np.concatenate([x_NX, state.fed_NO], axis=-1)
        layers = []
        for layer, before in zip(self._layers, state.layers, strict=True):
            z_NH, after = layer.step(z_NH, before)
            layers.append(after)
        o_NO, a_NS = self._look(z_NH, state.reading)
        return o_NO, a_NS, DecoderState(tuple(layers), o_NO if self._feeds else None, state.reading)

    def _look(self, z_NH: Array, reading: Reading | None) -> tuple[Array, Array | None]:
        """z_NH -> o_NO and a_NS."""
        if self._attention is None or reading is None:
            return z_NH, None
        z_BKH = z_NH.reshape(len(reading.memory_BSD), -1, z_NH.shape[-1])
        context_BKD, a_BKS = self._attention(z_BKH, reading.memory_BSD, reading.keys_BSA, reading.mask_BS)
        o_BKO: Array = np.tanh(self._W_c(np.concatenate([z_BKH, context_BKD], axis=-1)))
        return o_BKO.reshape(len(z_NH), -1), a_BKS.reshape(len(z_NH), -1)
