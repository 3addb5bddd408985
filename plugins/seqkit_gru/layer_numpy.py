"""The GRU in numpy, in float32 and with products in int8."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.functions import affine, sigmoid
from seqkit.inference.numpy.int8 import Int8Matrix, in_units
from seqkit.inference.numpy.weights import Array, Weights


class NumpyGRU(NumpyRecurrence):
    """The equations of `seqkit_gru.layer.GRU`, with tanh(a) = 2 σ(2a) - 1: one function for all gates."""

    def __init__(self, weights: Weights) -> None:
        U = weights("kernel.weight_hh_l0", None, None)
        self.hidden_size = H = U.shape[1]
        self.U, self.W = for_one_sigmoid(U), for_one_sigmoid(weights("kernel.weight_ih_l0", 3 * H, None))
        self.b, self.c = (for_one_sigmoid(weights(f"kernel.bias_{of}_l0", 3 * H)) for of in ("ih", "hh"))

    def prepare(self, x: Array) -> Array:
        return affine(x, self.W, self.b)

    def advance(self, a_BG: Array, state: State) -> State:
        return (gated(a_BG, affine(state[0], self.U, self.c), state[0]),)

    def in_int8(self, of_states: bool) -> NumpyRecurrence:
        return Int8(self, of_states)


class Int8(NumpyRecurrence):
    """W, U and the z that U multiplies in int8, everything else in float32. The state is (z in units, z)."""

    state_parts: ClassVar[int] = 2

    def __init__(self, gru: NumpyGRU, of_states: bool) -> None:
        self._gru, self.hidden_size = gru, gru.hidden_size
        self._U = Int8Matrix.of(gru.U)
        self._W = Int8Matrix.of(gru.W) if of_states else None

    def prepare(self, x: Array) -> Array:
        """Prepared inputs from real x_t are rounded to float16."""
        if self._W is None:
            return self._gru.prepare(x).astype(np.float16)
        return self._W.product(x.reshape(-1, x.shape[-1]), self._gru.b).reshape(*x.shape[:-1], -1)

    def advance(self, a_BG: Array, state: State) -> State:
        q_BH, z_BH = state
        z_BH = gated(a_BG, self._U.product(q_BH, self._gru.c), z_BH)
        return in_units(z_BH), z_BH


def gated(Wx_BG: Array, Uz_BG: Array, z_BH: Array) -> Array:
    """Compute z_t. Args: W x_t + b and U z_{t-1} + b' with the gates r, u and 2n; z_{t-1}."""
    H = z_BH.shape[1]
    r, u = np.split(sigmoid(Wx_BG[:, : 2 * H] + Uz_BG[:, : 2 * H]), 2, axis=1)
    n: Array = 2 * sigmoid(Wx_BG[:, 2 * H :] + r * Uz_BG[:, 2 * H :]) - 1
    return n + u * (z_BH - n)


def for_one_sigmoid(rows: Array) -> Array:
    """Double the rows of n, so that σ(2a) replaces tanh(a)."""
    r, u, n = np.split(rows, 3)
    return np.concatenate([r, u, 2 * n])
