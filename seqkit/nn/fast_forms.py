"""Optional forms of a recurrent layer that make prediction faster. A layer without them is read in the general way.

Shapes: B sequences, T time steps, D features of x_t, H of z_t, U distinct x_t (as those of the words of a text).
"""

from __future__ import annotations

from abc import ABC, abstractmethod

from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.nn.recurrent import Recurrence

Prepared = tuple[Tensor, ...]
"""What a layer computes from x_t alone: tensors with U rows."""


class PreparedInputs(ABC):
    """A layer that computes what depends on x_t alone once for each distinct x_t, not at each step."""

    @abstractmethod
    def prepare(self, x: Tensor) -> Prepared:
        """All that the layer computes from x_t alone, whatever z_{t-1}; x_UD, or any shape that ends in D."""

    @abstractmethod
    def outputs(self, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
        """z_BTH from the initial state, without gradient, of sequences of distinct inputs.

        Args: what `prepare` returned; the row of the input at each step. Padding may stand on the right.
        """


class Int8Chain(nn.Module, PreparedInputs):
    """A layer with products in int8 (`seqkit.nn.int8`), for prediction alone.

    It is no `Recurrence`: every sequence begins at the zero state, no state is returned, and no mask is needed, since
    padding on the right cannot reach back to a real step.
    """

    @abstractmethod
    def forward(self, x_BTD: Tensor) -> Tensor:
        """x_BTD in int8 -> z_BTH in int8."""


class WithInt8Form(ABC):
    """A recurrence that can be rounded to int8."""

    @abstractmethod
    def in_int8(self) -> Int8Chain:
        """The layer with products in int8; its weights are a copy."""


def check_int8(layer: type) -> None:
    """Raise SeqkitError for a class of layers without a form in int8."""
    if not issubclass(layer, WithInt8Form):
        raise SeqkitError(
            f"the layer {layer.__name__} has no form in int8",
            "Use bfloat16 or float32: --inference-dtype for one command, --set inference_dtype=… for a model.",
            exit_code=2,
        )


def in_int8(layer: Recurrence) -> Int8Chain:
    """The layer's form in int8. Raises SeqkitError where it has none."""
    check_int8(type(layer))
    assert isinstance(layer, WithInt8Form)
    return layer.in_int8()


def prepare(layer: nn.Module, x: Tensor) -> Prepared:
    """What the layer computes from x_t alone; x itself where the layer does not say."""
    return layer.prepare(x) if isinstance(layer, PreparedInputs) else (x,)


def outputs(layer: nn.Module, prepared_U: Prepared, index_BT: Tensor) -> Tensor:
    """z_BTH, without gradient, from what `prepare` returned for the layer and the row at each step."""
    if isinstance(layer, PreparedInputs):
        return layer.outputs(prepared_U, index_BT)
    z_BTH: Tensor = layer(*gather_inputs(prepared_U, index_BT))[0]
    return z_BTH


def gather_inputs(prepared_U: Prepared, index_BT: Tensor) -> Prepared:
    """The rows at each step. They lie in memory step by step, as kernels and loops over time read them."""
    return tuple(part_U[index_BT.T].transpose(0, 1) for part_U in prepared_U)
