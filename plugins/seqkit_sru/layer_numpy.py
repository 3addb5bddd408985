"""The simple recurrent unit in numpy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.functions import affine, sigmoid
from seqkit.inference.numpy.weights import Array, Weights


class NumpySRU(NumpyRecurrence):
    """The equations of `seqkit_sru.layer.SRU`."""

    state_parts: ClassVar[int] = 2

    def __init__(self, weights: Weights) -> None:
        self._W = weights("W", None, None)
        self._b = weights("b", len(self._W))
        self.hidden_size = len(self._b) // 4

    def prepare(self, x: Array) -> Array:
        """Compute [f ; r ; u ; s], the sigmoid of f and r included."""
        a = affine(x, self._W, self._b)
        a[..., : 2 * self.hidden_size] = sigmoid(a[..., : 2 * self.hidden_size])
        return a

    def advance(self, a_BG: Array, state: State) -> State:
        f, r, u, s = np.split(a_BG, 4, axis=1)
        c_BH = u + f * (state[1] - u)
        return s + r * (c_BH - s), c_BH
