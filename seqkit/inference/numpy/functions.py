"""Functions that layers share, in float32."""

from __future__ import annotations

import math

import numpy as np

from seqkit.inference.numpy.weights import Array, Weights

_LOWEST = np.float32(-87)
"""exp(87) is the largest power of e in the range of float32."""
_erf = np.frompyfunc(math.erf, 1, 1)


class Affine:
    """W x + b; without b if the torch form has none."""

    def __init__(self, weights: Weights, inputs: int | None = None, outputs: int | None = None) -> None:
        self.W_YX = weights("weight", outputs, inputs)
        self.b_Y = weights("bias", len(self.W_YX)) if weights.has("bias") else None

    def __call__(self, x: Array) -> Array:
        return affine(x, self.W_YX, self.b_Y)


def affine(x: Array, W_YX: Array, b_Y: Array | None = None) -> Array:
    """W x + b for each x of the last dimension."""
    y: Array = x.reshape(-1, x.shape[-1]) @ W_YX.T
    if b_Y is not None:
        y += b_Y
    return y.reshape(*x.shape[:-1], len(W_YX))


def sigmoid(x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    y = np.negative(np.maximum(x, _LOWEST))
    np.exp(y, out=y)
    y += 1
    return np.reciprocal(y, out=y)


def softmax(x: Array) -> Array:
    """exp(x) / Σ exp(x) along the last dimension."""
    y: Array = np.exp(x - x.max(-1, keepdims=True))
    return y / y.sum(-1, keepdims=True)


def log_softmax(x: Array) -> Array:
    """The logarithm of `softmax`."""
    y: Array = x - x.max(-1, keepdims=True)
    return y - np.log(np.exp(y).sum(-1, keepdims=True))


def log_sum_exp(x: Array, axis: int) -> Array:
    """log Σ exp(x) along a dimension."""
    top: Array = x.max(axis, keepdims=True)
    total: Array = np.log(np.exp(x - top).sum(axis)) + top.squeeze(axis)
    return total


def gelu(x: Array) -> Array:
    """x Φ(x), Φ the normal distribution function (Hendrycks & Gimpel 2016). numpy lacks erf, which Python has."""
    erf = np.asarray(_erf(x / math.sqrt(2)), dtype=np.float32)
    return x * (0.5 + 0.5 * erf)


class LayerNorm:
    """Mean 0 and variance 1 along the last dimension, then gain and bias (Ba et al. 2016)."""

    def __init__(self, weights: Weights, size: int) -> None:
        self._gain, self._bias = weights("weight", size), weights("bias", size)

    def __call__(self, x: Array) -> Array:
        centred = x - x.mean(-1, keepdims=True)
        deviation = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(1e-5))
        return centred / deviation * self._gain + self._bias
