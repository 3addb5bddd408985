"""Runners: replace the loop over time steps of recurrent layers, for training and inspection.

Truncated back-propagation, gradients within a memory budget, and inspection all intercept the loop over time of any
layer. They activate a `Runner` with `running`; every call of a `Recurrence` in that context goes through the runner.
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
    """Computes all time steps of a layer."""

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        """As `Recurrence.forward`. Args: call, the computation without this runner."""
        ...


_runners: ContextVar[tuple[Runner, ...]] = ContextVar("runners", default=())


@contextmanager
def running(runner: Runner) -> Iterator[None]:
    """A context in which every recurrent layer computes its time steps by `runner`, within outer runners."""
    token = _runners.set((*_runners.get(), runner))
    try:
        yield
    finally:
        _runners.reset(token)


def through_runners(plain: Call) -> Call:
    """`plain`, within the active runners."""
    for runner in _runners.get():
        plain = _inside(runner, plain)
    return plain


def _inside(runner: Runner, call: Call) -> Call:
    return lambda layer, x_BTD, mask_BT, state: runner(call, layer, x_BTD, mask_BT, state)
