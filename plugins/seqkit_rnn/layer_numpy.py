"""The plain recurrent layer in numpy."""

from __future__ import annotations

import numpy as np

from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.functions import affine
from seqkit.inference.numpy.weights import Array, Weights


class NumpyRNN(NumpyRecurrence):
    """The equations of `seqkit_rnn.layer.RNN`."""

    def __init__(self, weights: Weights) -> None:
        self._U = weights("kernel.weight_hh_l0", None, None)
        self.hidden_size = H = self._U.shape[1]
        self._W = weights("kernel.weight_ih_l0", H, None)
        self._b = weights("kernel.bias_ih_l0", H) + weights("kernel.bias_hh_l0", H)

    def prepare(self, x: Array) -> Array:
        return affine(x, self._W, self._b)

    def advance(self, a_BG: Array, state: State) -> State:
        return (np.tanh(a_BG + state[0] @ self._U.T),)
