"""What a layer offers beside its torch form, so that models with it can answer without torch.

A record names it in its field `numpy_form`: of a recurrence a subclass of `NumpyRecurrence`. A model all of whose parts
have such a form is run in numpy where its input is short; any other goes by torch, as does long input.

Results are those of the torch form but for the last bits: sums are rounded in another order.

Shapes: B sequences, T time steps, D features of x_t, H of z_t, G numbers that are prepared for a step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar, Protocol

import numpy as np

from seqkit.inference.numpy.weights import Array, Weights

State = tuple[Array, ...]
"""What a layer hands from one time step to the next; its first part is z_BH."""


class NumpyForm(Protocol):
    """A layer for prediction, made of the weights of its torch form.

    Raises LookupError or ValueError for weights that do not fit: the model then goes by torch, which says what is
    wrong.
    """

    def __init__(self, weights: Weights) -> None: ...


class NumpyRecurrence(ABC):
    """z_t = f(x_t, z_{t-1}) in two parts: what x_t alone gives, computed for all steps at once, and the rest."""

    state_parts: ClassVar[int] = 1
    """Arrays in the state, as of the torch form."""
    hidden_size: int

    @abstractmethod
    def __init__(self, weights: Weights) -> None:
        """Take the weights by their names in the torch form. Raises as `NumpyForm`."""

    @abstractmethod
    def prepare(self, x: Array) -> Array:
        """All that is computed from x_t alone: x of any shape that ends in D -> one that ends in G."""

    @abstractmethod
    def advance(self, a_BG: Array, state: State) -> State:
        """One step: what `prepare` gave for x_t, and the state before it -> the state after it."""

    def in_int8(self, of_states: bool) -> NumpyRecurrence | None:
        """The layer with products in int8, as its torch form has it; None where it has none.

        Its z_t are whole numbers, in units of 1/127. Args: of_states, whether its x_t are such z_t.
        """
        return None

    def initial_state(self, B: int) -> State:
        """The state before the first step: zeros."""
        return tuple(np.zeros((B, self.hidden_size), np.float32) for _ in range(self.state_parts))
