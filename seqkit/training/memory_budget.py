"""`bptt_memory`: compute exact gradients within a limit on the memory that is kept for the backward pass.

Before the first step on batches of new shapes, a forward pass in which recurrent layers return zeros measures the
memory of all other modules and records the calls of the layers. The rest of the budget is divided among these calls
in proportion to the memory that they would keep, and each gets a schedule. All of it follows from shapes and budget.

Shapes: B sequences, T steps, D features of x_t, H of z_t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Loss
from seqkit.nn.placement import device_of
from seqkit.nn.random_state import RandomState
from seqkit.nn.recompute import within
from seqkit.nn.recompute_schedule import Schedule, Sizes, least_budget, schedule
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.running import Call, running
from seqkit.nn.saved import SavedBytes
from seqkit.training.trainable import Trainable

PROBES = (16, 48)
"""Lengths of two short sequences that measure the memory of a layer: per step, and once per call."""
MARGIN = 1.1
"""Factor of the minimum that is recommended for a training: later epochs divide the examples into other batches."""


@dataclass(frozen=True)
class PlannedCall:
    """One call of a recurrent layer in a step."""

    layer: Recurrence
    sizes: Sizes
    schedule: Schedule | None
    """None: all steps are kept."""


class Need(NamedTuple):
    """Bytes that a training step keeps at least."""

    others: int
    """By modules that are not recurrent layers."""
    least: int
    """In total."""


class MemoryBudget:
    """Plans the memory of training steps by the shapes of their batches."""

    def __init__(self, task: Trainable, limit: int) -> None:
        self.task, self.limit = task, limit
        self._plans: dict[object, list[PlannedCall]] = {}
        self._sizes: dict[object, tuple[int, int]] = {}

    @contextmanager
    def step(self, batch: Any, loss: Callable[[], Loss]) -> Iterator[None]:
        """A context in which the loss of `batch` keeps no more than the budget. Args: loss, computes it.

        Raises SeqkitError, with the minimum, for a budget that no schedule fits into.
        """
        key = (shapes_of(batch), torch.is_autocast_enabled(device_of(self.task.model).type))
        if key not in self._plans:
            self._plans[key] = self._plan(loss)
        with running(_Planned(self._plans[key])):
            yield

    def need(self, loss: Callable[[], Loss]) -> Need:
        """The memory that a step needs. Args: loss, computes that of its batch."""
        calls, others = self._probed(loss)
        return Need(others, others + sum(least_budget(sizes) for _, sizes in calls))

    def check(self, needs: Sequence[Need]) -> None:
        """Raise SeqkitError, with the minimum, unless the budget suffices for some of the steps of a training."""
        most = max(needs, key=lambda need: need.least, default=Need(0, 0))
        if most.least > self.limit:
            raise self._too_small(most.others, int(most.least * MARGIN), "The batches of a training need")

    def _plan(self, loss: Callable[[], Loss]) -> list[PlannedCall]:
        calls, others = self._probed(loss)
        return self._divided(calls, self.limit - others, others)

    def _probed(self, loss: Callable[[], Loss]) -> tuple[list[tuple[Recurrence, Sizes]], int]:
        """The calls of recurrent layers in a step, and the bytes that all other modules keep."""
        probe = _Probe(self)
        carried, random = dict(self.task.state_dict()), RandomState.of(device_of(self.task.model))
        counter = SavedBytes(without=self.task.model.parameters())
        with counter, running(probe):
            probed = loss()
        random.restore()
        self.task.load_state_dict(carried)
        others = counter.peak
        del probed
        return probe.calls, others

    def _divided(self, calls: list[tuple[Recurrence, Sizes]], left: int, others: int) -> list[PlannedCall]:
        """The schedule of each call: its minimum, and a share of the rest in proportion to what more it would keep."""
        whole, least = (
            sum(of) for of in zip(*((one.whole, least_budget(one)) for _, one in calls), strict=True)
        )
        if whole <= left:
            return [PlannedCall(layer, sizes, None) for layer, sizes in calls]
        if least > left:
            raise self._too_small(others, others + least, "A batch of these sizes needs")
        share = (left - least) / (whole - least)
        return [
            PlannedCall(layer, sizes, _scheduled(sizes, least_budget(sizes), share)) for layer, sizes in calls
        ]

    def _too_small(self, others: int, least: int, what: str) -> SeqkitError:
        return SeqkitError(
            f"bptt_memory={in_bytes(self.limit)}: too small; other modules keep {in_bytes(others)}",
            f"{what} at least {in_bytes(least)}: "
            "give this much, or make batches smaller by --set batch_words=….",
            exit_code=2,
        )

    def sizes(self, layer: Recurrence, x_BTD: Tensor, masked: bool, parts: State) -> Sizes:
        """The memory that a layer keeps on inputs of this shape."""
        B, T, D = x_BTD.shape
        key = (id(layer), B, D, masked, x_BTD.dtype, torch.is_autocast_enabled(x_BTD.device.type))
        if key not in self._sizes:
            short, longer = (_kept(layer, B, steps, x_BTD, masked) for steps in PROBES)
            a_step = max(1, -(-(longer - short) // (PROBES[1] - PROBES[0])))
            self._sizes[key] = (max(0, short - a_step * PROBES[0]), a_step)
        fixed, a_step = self._sizes[key]
        return Sizes(T, fixed, a_step, sum(part.numel() * part.element_size() for part in parts))


def _scheduled(sizes: Sizes, least: int, share: float) -> Schedule | None:
    """The schedule of a call; None if all is kept. Args: share, of the memory above `least` that it would keep."""
    budget = least + int(share * (sizes.whole - least))
    return None if sizes.whole <= budget else schedule(sizes, budget)


def _kept(layer: Recurrence, B: int, steps: int, like: Tensor, masked: bool) -> int:
    """Bytes that a layer keeps for this number of steps, without its inputs, which are kept in any case."""
    # A part of a longer sequence is not contiguous, and some layers keep a copy of it.
    x_BTD = like.new_zeros(B, steps + 1, like.shape[2]).requires_grad_()[:, :steps]
    mask_BT = None
    if masked:
        mask_BT = torch.ones(B, steps, dtype=torch.bool, device=like.device)
        mask_BT[0, -1] = False
    counter = SavedBytes(without=[x_BTD, *layer.parameters()])
    with counter, torch.enable_grad():
        kept = nn.Module.__call__(layer, x_BTD, mask_BT, layer.initial_state(x_BTD))
    size = counter.live
    del kept
    return size


class _Probe:
    """A runner that computes nothing and records the calls."""

    def __init__(self, budget: MemoryBudget) -> None:
        self.budget = budget
        self.calls: list[tuple[Recurrence, Sizes]] = []

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        state = layer.initial_state(x_BTD) if state is None else state
        # A layer ignores a mask of ones by itself; plans depend on shapes, not on which sequences end early.
        self.calls.append((layer, self.budget.sizes(layer, x_BTD, mask_BT is not None, state)))
        z_BTH, *after = _Zeros.apply(layer.hidden_size, x_BTD, *state, *layer.parameters())
        return z_BTH, tuple(after[: len(state)])


class _Zeros(torch.autograd.Function):
    """Outputs of a layer's shape that depend on all that the layer depends on, with derivatives of zero."""

    @staticmethod
    def forward(context: Any, hidden: int, x_BTD: Tensor, *tensors: Tensor) -> tuple[Tensor, ...]:
        context.save_for_backward(x_BTD)
        states = tuple(torch.zeros_like(part) for part in tensors if len(part) == len(x_BTD))
        return x_BTD.new_zeros(*x_BTD.shape[:2], hidden), *states

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> Any:
        raise NotImplementedError("plans are made by a forward pass only")


class _Planned:
    """A runner that follows the plan of a step, call by call."""

    def __init__(self, plan: list[PlannedCall]) -> None:
        self._left = iter(plan)

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        planned = next(self._left, None)
        if planned is None or planned.layer is not layer or planned.sizes.steps != x_BTD.shape[1]:
            raise SeqkitError(
                "bptt_memory: this objective reads other sequences in each pass, so that no plan is possible",
                "Leave it out, or use another objective.",
                exit_code=2,
            )
        if planned.schedule is None or not torch.is_grad_enabled():
            return call(layer, x_BTD, mask_BT, state)
        return within(planned.schedule, call, layer, x_BTD, mask_BT, state)


def shapes_of(value: Any) -> object:
    """The shapes and types of the tensors in a batch, in any container."""
    if isinstance(value, Tensor):
        return tuple(value.shape), value.dtype
    if isinstance(value, dict):
        return tuple((key, shapes_of(one)) for key, one in value.items())
    if isinstance(value, list | tuple):
        return tuple(shapes_of(one) for one in value)
    return None


def in_bytes(size: int) -> str:
    """A number of bytes in the form of `bptt_memory`, rounded up."""
    for unit, factor in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= 10 * factor:
            return f"{-(-size // factor)}{unit}"
    return str(size)
