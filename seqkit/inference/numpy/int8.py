"""Products of 8-bit integers, equal to those of `seqkit.nn.int8`, by exact products in float32.

A product is at most 127², so a sum of a thousand stays below 2^24, up to which float32 represents every integer; longer
sums are computed in float64.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from seqkit.inference.numpy.weights import Array

UNITS = 127
"""The integer for a state of 1."""


class Int8Matrix(NamedTuple):
    """W ≈ q times a unit for each output; the unit includes that of the states."""

    q_YX: Array
    unit_Y: Array

    @classmethod
    def of(cls, W_YX: Array) -> Self:
        """Round W so that the largest weight of each output is 127 units."""
        largest_Y = np.maximum(np.abs(W_YX).max(1), np.finfo(np.float32).tiny)
        q_YX = np.rint(W_YX / largest_Y[:, None] * np.float32(UNITS))
        exact = np.float32 if q_YX.shape[1] * UNITS**2 < 2**24 else np.float64
        return cls(q_YX.astype(exact), largest_Y / np.float32(UNITS**2))

    def product(self, z: Array, b_Y: Array) -> Array:
        """W z + b of states in units, in float32."""
        y: Array = (z @ self.q_YX.T) * self.unit_Y
        y += b_Y
        return y.astype(np.float32, copy=False)


def in_units(z: Array) -> Array:
    """States between -1 and 1 as integer numbers of units, in float32."""
    return np.rint(z * np.float32(UNITS))
