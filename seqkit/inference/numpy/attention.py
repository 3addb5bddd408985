"""Attention of a decoder over a memory; see `seqkit.nn.attention`.

Shapes: B sentences, S memory steps, T decoder steps, D features of the memory, H of the decoder's state z, A of the
space of keys and queries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from seqkit.inference.numpy.functions import Affine, softmax
from seqkit.inference.numpy.weights import Array, Weights

Mask = NDArray[np.bool_]


class Attention(ABC):
    """a_τ = softmax_s(score(z_τ, m_s))        context_τ = Σ_s a_τs m_s"""

    @abstractmethod
    def keys(self, memory_BSD: Array) -> Array:
        """keys_BSA for `scores`, computed once for a memory."""

    @abstractmethod
    def scores(self, z_BTH: Array, keys_BSA: Array) -> Array:
        """score(z_τ, m_s)_BTS."""

    def __call__(
        self, z_BTH: Array, memory_BSD: Array, keys_BSA: Array, mask_BS: Mask | None
    ) -> tuple[Array, Array]:
        """z_BTH -> context_BTD and the weights a_BTS. Args: mask_BS, False at padding; None: no padding."""
        scores_BTS = self.scores(z_BTH, keys_BSA)
        if mask_BS is not None:
            scores_BTS = np.where(mask_BS[:, None, :], scores_BTS, -np.inf)
        a_BTS = softmax(scores_BTS)
        return a_BTS @ memory_BSD, a_BTS


class DotAttention(Attention):
    """score(z, m) = z · P m. P is learnt, except for "dot" with equal sizes, where it is the identity."""

    def __init__(self, weights: Weights, projection: str) -> None:
        """Args: projection, the name of P among the weights, which may lack it."""
        self._project = Affine(weights.part(projection)) if weights.has(projection) else None

    def keys(self, memory_BSD: Array) -> Array:
        return memory_BSD if self._project is None else self._project(memory_BSD)

    def scores(self, z_BTH: Array, keys_BSA: Array) -> Array:
        scores_BTS: Array = z_BTH @ keys_BSA.transpose(0, 2, 1)
        return scores_BTS


class AdditiveAttention(Attention):
    """score(z, m) = v · tanh(W z + U m)."""

    def __init__(self, weights: Weights) -> None:
        self._W, self._U, self._v = (Affine(weights.part(name)) for name in ("W", "U", "v"))

    def keys(self, memory_BSD: Array) -> Array:
        return self._U(memory_BSD)

    def scores(self, z_BTH: Array, keys_BSA: Array) -> Array:
        return self._v(np.tanh(self._W(z_BTH)[:, :, None] + keys_BSA[:, None]))[..., 0]


def attention_of(name: str, weights: Weights) -> Attention:
    """The attention of an option's value. Raises LookupError for another name."""
    makers: dict[str, Any] = {
        "dot": lambda: DotAttention(weights, "project"),
        "general": lambda: DotAttention(weights, "W"),
        "additive": lambda: AdditiveAttention(weights),
    }
    made: Attention = makers[name]()
    return made
