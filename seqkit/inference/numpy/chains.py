"""Chains over time, layers of one or two chains, and stacks of layers; see `seqkit.nn.stack`.

Shapes: B sequences, T time steps, D features of x_t, H of z_t, U distinct x_t, G numbers that are prepared for a step.
Sequences are padded on the right.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from seqkit.inference.numpy.forms import NumpyRecurrence, State
from seqkit.inference.numpy.weights import Array, Weights

Ids = NDArray[np.int64]


class NoInt8Form(Exception):
    """A recurrence has no int8 form in numpy."""


def run(
    chain: NumpyRecurrence, a_TBG: Array, state: State | None = None, lengths_B: Ids | None = None
) -> tuple[Array, State]:
    """Compute all steps from prepared inputs: z_TBH, and the state after the last real step of each sequence.

    Args: lengths_B, None if the final state is not needed or all sequences have length T.
    """
    T, B = a_TBG.shape[:2]
    state = chain.initial_state(B) if state is None else state
    z_TBH = np.empty((T, B, chain.hidden_size), np.float32)
    for t in range(T):
        after = chain.advance(a_TBG[t], state)
        if lengths_B is not None:
            real_B1 = (t < lengths_B)[:, None]
            after = tuple(np.where(real_B1, new, old) for new, old in zip(after, state, strict=True))
        state = after
        z_TBH[t] = state[0]
    return z_TBH, state


def reverse(x_TB: Array, lengths_B: Ids | None) -> Array:
    """Reverse each sequence by its own length; padding stays. This is its own inverse."""
    if lengths_B is None:
        return x_TB[::-1]
    t_T1 = np.arange(len(x_TB))[:, None]
    mirrored_TB = lengths_B - 1 - t_T1
    return x_TB[np.where(mirrored_TB >= 0, mirrored_TB, t_T1), np.arange(x_TB.shape[1])]


class Layer:
    """One chain from left to right and, optionally, a second one from right to left: z_t = [forward ; backward]."""

    def __init__(self, forward_chain: NumpyRecurrence, backward_chain: NumpyRecurrence | None = None) -> None:
        self.forward_chain, self.backward_chain = forward_chain, backward_chain

    @classmethod
    def of(cls, recurrence: type[NumpyRecurrence], weights: Weights, bidirectional: bool) -> Layer:
        """From the weights of a `seqkit.nn.stack.Layer`."""
        backward = recurrence(weights.part("backward_chain")) if bidirectional else None
        return cls(recurrence(weights.part("forward_chain")), backward)

    @property
    def chains(self) -> list[NumpyRecurrence]:
        """The chains: one or two."""
        return [chain for chain in (self.forward_chain, self.backward_chain) if chain is not None]

    def in_int8(self, of_states: bool) -> Layer:
        """With products in int8. Raises NoInt8Form where a chain has no such form."""
        rounded = [chain.in_int8(of_states) for chain in self.chains]
        if None in rounded:
            raise NoInt8Form
        return Layer(*rounded)  # type: ignore[arg-type]

    def prepare(self, x: Array) -> list[Array]:
        """The part of each chain that depends only on x_t."""
        return [chain.prepare(x) for chain in self.chains]

    def from_table(self, prepared_U: Sequence[Array], index_TB: Ids, lengths_B: Ids | None = None) -> Array:
        """z_TBH of sequences of distinct x_t, from the results of `prepare`."""
        forward_TBH, _ = run(self.forward_chain, prepared_U[0][index_TB])
        if self.backward_chain is None:
            return forward_TBH
        backward_TBH, _ = run(self.backward_chain, prepared_U[1][reverse(index_TB, lengths_B)])
        return np.concatenate([forward_TBH, reverse(backward_TBH, lengths_B)], axis=-1)

    def __call__(self, x_TBD: Array, lengths_B: Ids | None = None) -> Array:
        """x_TBD -> z_TBH, or z_TB(2H) for two chains."""
        return self.with_end(x_TBD, lengths_B, ends=False)[0]

    def with_end(
        self, x_TBD: Array, lengths_B: Ids | None, state: State | None = None, ends: bool = True
    ) -> tuple[Array, State]:
        """As a call, with the state after each sequence's last real step; states of two chains are concatenated."""
        real_B = lengths_B if ends else None
        z_TBH, end = run(self.forward_chain, self.forward_chain.prepare(x_TBD), state, real_B)
        if self.backward_chain is None:
            return z_TBH, end
        back_TBG = self.backward_chain.prepare(reverse(x_TBD, lengths_B))
        back_TBH, back_end = run(self.backward_chain, back_TBG, None, real_B)
        z_TBH = np.concatenate([z_TBH, reverse(back_TBH, lengths_B)], axis=-1)
        return z_TBH, tuple(np.concatenate(ends_, axis=-1) for ends_ in zip(end, back_end, strict=True))


class Stack:
    """Stacked layers."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    @classmethod
    def of(
        cls, recurrence: type[NumpyRecurrence], weights: Weights, layers: int, bidirectional: bool
    ) -> Stack:
        """From the weights of a `seqkit.nn.stack.Stack`."""
        parts = (weights.part(f"layers.{number}") for number in range(layers))
        return cls([Layer.of(recurrence, part, bidirectional) for part in parts])

    def in_int8(self) -> Stack:
        """With products in int8. Raises NoInt8Form where a chain has no such form."""
        return Stack([layer.in_int8(of_states=number > 0) for number, layer in enumerate(self.layers)])

    def prepare(self, x: Array) -> list[Array]:
        """The part of the lowest layer's chains that depends only on x_t."""
        return self.layers[0].prepare(x)

    def from_table(self, prepared_U: Sequence[Array], index_TB: Ids, lengths_B: Ids | None = None) -> Array:
        """The top layer's z_TBH of sequences of distinct x_t, from the results of `prepare`."""
        z_TBH = self.layers[0].from_table(prepared_U, index_TB, lengths_B)
        for layer in self.layers[1:]:
            z_TBH = layer(z_TBH, lengths_B)
        return z_TBH

    def __call__(self, x_TBD: Array, lengths_B: Ids | None = None) -> Array:
        """x_TBD -> the top layer's z_TBH."""
        for layer in self.layers:
            x_TBD = layer(x_TBD, lengths_B)
        return x_TBD
