"""The LSTM in numpy, in float32 and with products in int8."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.functions import affine, sigmoid
from seqkit.inference.numpy.int8 import Int8Matrix, in_units
from seqkit.inference.numpy.weights import Array, Weights


class NumpyLSTM(NumpyRecurrence):
    """The equations of `seqkit_lstm.layer.LSTM`, with tanh(a) = 2 σ(2a) - 1: one function for all gates."""

    state_parts: ClassVar[int] = 2

    def __init__(self, weights: Weights) -> None:
        U = weights("kernel.weight_hh_l0", None, None)
        self.hidden_size = H = U.shape[1]
        self.U, self.W = for_one_sigmoid(U), for_one_sigmoid(weights("kernel.weight_ih_l0", 4 * H, None))
        self.b = for_one_sigmoid(weights("kernel.bias_ih_l0", 4 * H) + weights("kernel.bias_hh_l0", 4 * H))

    def prepare(self, x: Array) -> Array:
        return affine(x, self.W, self.b)

    def advance(self, a_BG: Array, state: State) -> State:
        return cell(a_BG + state[0] @ self.U.T, state[1])

    def in_int8(self, of_states: bool) -> NumpyRecurrence:
        return Int8OfStates(self) if of_states else Int8(self)


class Int8(NumpyRecurrence):
    """U and z in int8, gates and cell in float32; prepared inputs are rounded to float16."""

    state_parts: ClassVar[int] = 2

    def __init__(self, lstm: NumpyLSTM) -> None:
        self._lstm, self.hidden_size = lstm, lstm.hidden_size
        self._U = Int8Matrix.of(lstm.U)

    def prepare(self, x: Array) -> Array:
        return self._lstm.prepare(x).astype(np.float16)

    def advance(self, a_BG: Array, state: State) -> State:
        z_BH, c_BH = cell(self._U.product(state[0], a_BG), state[1])
        return in_units(z_BH), c_BH


class Int8OfStates(NumpyRecurrence):
    """W is rounded, too, with the scale of U; x_t, z_t and their products are integers."""

    state_parts: ClassVar[int] = 2

    def __init__(self, lstm: NumpyLSTM) -> None:
        self.hidden_size = lstm.hidden_size
        self._WU, self._b = Int8Matrix.of(np.concatenate([lstm.W, lstm.U], axis=1)), lstm.b
        self._D = lstm.W.shape[1]

    def prepare(self, x: Array) -> Array:
        return affine(x, self._WU.q_YX[:, : self._D])

    def advance(self, a_BG: Array, state: State) -> State:
        whole_BG = a_BG + state[0] @ self._WU.q_YX[:, self._D :].T
        gates_BG = (whole_BG * self._WU.unit_Y + self._b).astype(np.float32, copy=False)
        z_BH, c_BH = cell(gates_BG, state[1])
        return in_units(z_BH), c_BH


def cell(a_BG: Array, c_BH: Array) -> State:
    """Compute z_t and c_t. Args: a_BG, W x_t + U z_{t-1} + b with the gates in the order i, f, o, 2g; c_{t-1}."""
    H = c_BH.shape[1]
    gates_BG = sigmoid(a_BG)
    i, f, o, g = (gates_BG[:, start : start + H] for start in range(0, 4 * H, H))
    c_BH = c_BH * f + i * (2 * g - 1)
    return o * (2 * sigmoid(2 * c_BH) - 1), c_BH


def for_one_sigmoid(rows: Array) -> Array:
    """Reorder the rows of the gates i, f, g, o to i, f, o, 2g, so that one σ(2g) replaces tanh(g)."""
    i, f, g, o = np.split(rows, 4)
    return np.concatenate([i, f, o, 2 * g])
