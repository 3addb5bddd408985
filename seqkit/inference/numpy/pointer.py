"""The pointer-generator and the lexical layer in numpy; see `seqkit.nn.pointer` and `seqkit.nn.lexical`.

Shapes: B sentences, N rows (N / B consecutive ones read one sentence), S source steps, O features of o, V symbols.
"""

from __future__ import annotations

import numpy as np

from seqkit.inference.numpy.decoder import Reading
from seqkit.inference.numpy.functions import Affine
from seqkit.inference.numpy.weights import Array, Weights

LEAST = np.float32(1e-20)
"""As `seqkit.nn.pointer.LEAST`."""


class Pointer:
    """P(y) = g p(y) + (1 - g) Σ_{s: x_s = y} a_s, in log space."""

    def __init__(self, weights: Weights, output_size: int) -> None:
        self._gate = Affine(weights.part("gate"), output_size, 1)

    def mix(self, log_p_NV: Array, o_NO: Array, a_NS: Array, reading: Reading) -> Array:
        """log P_NV from log p_NV, in place."""
        assert reading.symbols_BS is not None
        rows, gate_N1 = len(o_NO) // len(reading.symbols_BS), self._gate(o_NO)
        equal_BSS = reading.symbols_BS[:, :, None] == reading.symbols_BS[:, None, :]
        if reading.mask_BS is not None:
            equal_BSS &= reading.mask_BS[:, None, :] & reading.mask_BS[:, :, None]
        a_BKS = a_NS.reshape(len(equal_BSS), rows, -1)
        c_NS = (a_BKS @ equal_BSS.astype(np.float32)).reshape(a_NS.shape)
        symbols_NS = np.repeat(reading.symbols_BS, rows, axis=0)
        log_p_NV += _log_sigmoid(gate_N1)
        log_c_NS = np.log(np.maximum(c_NS, LEAST)) + _log_sigmoid(-gate_N1)
        mixed_NS = np.logaddexp(np.take_along_axis(log_p_NV, symbols_NS, 1), log_c_NS)
        # Equal symbols have equal values; padding, the symbol 0, must not overwrite that of a real step.
        if reading.mask_BS is not None:
            real_NS = np.repeat(reading.mask_BS, rows, axis=0)
            last_N1 = symbols_NS[:, :1], mixed_NS[:, :1]  # a source has at least its end symbol
            symbols_NS = np.where(real_NS, symbols_NS, last_N1[0])
            mixed_NS = np.where(real_NS, mixed_NS, last_N1[1])
        np.put_along_axis(log_p_NV, symbols_NS, mixed_NS, 1)
        return log_p_NV


class Lexical:
    """h = tanh(W ℓ) + ℓ with ℓ = tanh(Σ_s a_s e(x_s)); without the last term if the sizes differ."""

    def __init__(self, weights: Weights, size: int) -> None:
        self._W = Affine(weights.part("W"), size, None)

    def __call__(self, a_NS: Array, e_BSX: Array) -> Array:
        """a_NS and the vectors of the source symbols -> h_NO."""
        a_BKS = a_NS.reshape(len(e_BSX), -1, a_NS.shape[-1])
        l_NX = np.tanh(a_BKS @ e_BSX).reshape(len(a_NS), -1)
        h_NO: Array = np.tanh(self._W(l_NX))
        return h_NO + l_NX if h_NO.shape == l_NX.shape else h_NO


def _log_sigmoid(x: Array) -> Array:
    """log(1 / (1 + exp(-x)))."""
    y: Array = -np.logaddexp(np.float32(0), -x)
    return y
