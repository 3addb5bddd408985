"""Numpy forms of layers: models whose parts all have one process short input without torch.

A record names the form in its field `numpy_form`; that of a recurrence is a subclass of `NumpyRecurrence`. Other
models, and long input, are processed in torch.

Results equal those of the torch form except for the last bits: sums are rounded in another order.

Shapes: B sequences, T time steps, D features of x_t, H of z_t, G numbers that are prepared for a step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import numpy as np

from seqkit.inference.numpy.weights import Array, Weights

State = tuple[Array, ...]
"""The state of a layer between two time steps; its first part is z_BH."""


class NumpyForm(Protocol):
    """A layer for prediction, made from the weights of its torch form.

    Raises LookupError or ValueError for weights that do not fit: the model is then loaded in torch, which reports the
    error.
    """

    def __init__(self, weights: Weights) -> None: ...


class NumpyRecurrence(ABC):
    """z_t = f(x_t, z_{t-1}) in two parts: the part that depends only on x_t, for all steps at once, and the rest."""

    state_parts: ClassVar[int] = 1
    """Number of arrays in the state, as in the torch form."""
    hidden_size: int

    @abstractmethod
    def __init__(self, weights: Weights) -> None:
        """Take the weights by their names in the torch form. Raises as `NumpyForm`."""

    @abstractmethod
    def prepare(self, x: Array) -> Array:
        """The part that depends only on x_t: x of any shape that ends in D -> one that ends in G."""

    @abstractmethod
    def advance(self, a_BG: Array, state: State) -> State:
        """Compute a step: the result of `prepare` for x_t, and the state before it -> the state after it."""

    def in_int8(self, of_states: bool) -> NumpyRecurrence | None:
        """The layer with products in int8, as in its torch form; None if it has no int8 form.

        Its z_t are integers, in units of 1/127. Args: of_states, whether its x_t are such z_t.
        """
        return None

    def initial_state(self, B: int) -> State:
        """The state before the first step: zeros."""
        return tuple(np.zeros((B, self.hidden_size), np.float32) for _ in range(self.state_parts))
