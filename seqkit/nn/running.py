"""How a recurrent layer's time steps are computed: a seam where training and inspection take the loop over.

Truncated back-propagation, gradients within a memory budget, and inspection all need to come between a layer and its
loop over time, whatever the layer is. They put a `Runner` in place with `running`; every call of a `Recurrence`
within it goes through that runner. Without one a layer runs as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

if TYPE_CHECKING:
    from seqkit.nn.recurrent import Recurrence, State

Call = Callable[["Recurrence", Tensor, Tensor | None, "State | None"], tuple[Tensor, "State"]]
"""A forward pass: (layer, x_BTD, mask_BT, state before the first step) -> (z_BTH, state after the last real step)."""


class Runner(Protocol):
    """Computes all time steps of a layer in its own way."""

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        """As `Recurrence.forward`. Args: call, what would compute the steps without this runner."""
        ...


_runners: ContextVar[tuple[Runner, ...]] = ContextVar("runners", default=())


@contextmanager
def running(runner: Runner) -> Iterator[None]:
    """A context in which every recurrent layer computes its time steps by `runner`, inside of outer runners."""
    token = _runners.set((*_runners.get(), runner))
    try:
        yield
    finally:
        _runners.reset(token)


def through_runners(plain: Call) -> Call:
    """`plain`, within the runners that are in place."""
    for runner in _runners.get():
        plain = _inside(runner, plain)
    return plain


def _inside(runner: Runner, call: Call) -> Call:
    return lambda layer, x_BTD, mask_BT, state: runner(call, layer, x_BTD, mask_BT, state)
