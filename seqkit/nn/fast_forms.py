"""Optional interfaces of a recurrent layer that make prediction faster.

Shapes: B sequences, T time steps, D features of x_t, H of z_t, U distinct x_t, such as those of the words of a text.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence

Prepared = tuple[Tensor, ...]
"""The results of a layer that depend only on x_t: tensors with U rows."""


class PreparedInputs(ABC):
    """A layer whose computations that depend only on x_t can be done once for each distinct x_t."""

    @abstractmethod
    def prepare(self, x: Tensor) -> Prepared:
        """Compute everything that depends on x_t and not on z_{t-1}. Args: x_UD, or any shape (…, D)."""

    @abstractmethod
    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        """Compute z_BTH from the initial state, without gradient.

        Args: prepared_U, result of `prepare`; index_BT, its row for each step. Sequences may be padded on the right.
        """


class Int8Chain(nn.Module, PreparedInputs):
    """A layer with products in int8 (`seqkit.nn.int8`), for prediction only.

    It is not a `Recurrence`: every sequence begins at the zero state, no state is returned, and no mask is needed,
    because padding on the right cannot affect real steps.
    """

    @abstractmethod
    def forward(self, x_BTD: Tensor) -> Tensor:
        """x_BTD in int8 -> z_BTH in int8."""


class WithInt8Form(ABC):
    """A recurrence that can be rounded to int8."""

    @abstractmethod
    def in_int8(self) -> Int8Chain:
        """Return the layer with products in int8, with its own copy of the weights."""


def check_int8(layer: type) -> None:
    """Raise SeqkitError for a class of layers without an int8 form."""
    if not issubclass(layer, WithInt8Form):
        raise SeqkitError(
            f"the layer {layer.__name__} has no int8 form",
            "Use bfloat16 or float32: --inference-dtype for one command, --set inference_dtype=… for a model.",
            exit_code=2,
        )


def in_int8(layer: Recurrence) -> Int8Chain:
    """Return the int8 form of a layer. Raises SeqkitError if it has none."""
    check_int8(type(layer))
    assert isinstance(layer, WithInt8Form)
    return layer.in_int8()


def prepare(layer: nn.Module, x: Tensor) -> Prepared:
    """The results of the layer that depend only on x_t; x itself if the layer is not a `PreparedInputs`."""
    return layer.prepare(x) if isinstance(layer, PreparedInputs) else (x,)


def outputs(layer: nn.Module, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
    """Compute z_BTH without gradient from the result of `prepare` and its row for each step."""
    if isinstance(layer, PreparedInputs):
        return layer.outputs(prepared_U, index_BT)
    z_BTH: Tensor = layer(*gather_inputs(prepared_U, index_BT))[0]
    return z_BTH


def gather_inputs(prepared_U: Prepared, index_BT: Tensor) -> Prepared:
    """Gather the rows of each step, in time-major memory order, as kernels and loops read them."""
    return tuple(part_U[index_BT.T].transpose(0, 1) for part_U in prepared_U)
