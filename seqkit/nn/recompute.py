"""Exact back-propagation through time that recomputes segments of a layer instead of keeping them.

Shapes: B sequences, T steps, D features of x_t, H of z_t.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from seqkit.nn.random_state import RandomState
from seqkit.nn.recompute_schedule import Schedule
from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.running import Call
from seqkit.nn.saved import holding


@dataclass(frozen=True)
class Surroundings:
    """State that a forward pass depends on in addition to its arguments: autocast and random numbers."""

    autocast: bool
    dtype: torch.dtype
    random: RandomState

    @classmethod
    def now(cls, device: torch.device) -> Surroundings:
        """As they are on a device."""
        kind = device.type
        return cls(torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind), RandomState.of(device))

    def again(self, stack: ExitStack) -> None:
        """Restore the state until the stack is closed; afterwards random numbers continue as if none had been drawn."""
        device = self.random.device
        stack.enter_context(torch.autocast(device.type, dtype=self.dtype, enabled=self.autocast))
        stack.callback(RandomState.of(device).restore)
        self.random.restore()


def within(
    plan: Schedule, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
) -> tuple[Tensor, State]:
    """All steps of a layer, as `call` computes them; what the plan does not keep is computed again for the gradient."""
    state = layer.initial_state(x_BTD) if state is None else state
    parameters = [parameter for parameter in layer.parameters() if parameter.requires_grad]
    outputs, start = [], 0
    for blocks, units in plan.spine:
        stop = min(start + blocks * plan.block, x_BTD.shape[1])
        segment = _Segment(
            plan, call, layer, blocks, units, None if mask_BT is None else mask_BT[:, start:stop]
        )
        z_BTH, *after = _Recomputed.apply(segment, len(state), x_BTD[:, start:stop], *state, *parameters)
        state = tuple(after)
        outputs.append(z_BTH)
        start = stop
    if start < x_BTD.shape[1]:
        rest = None if mask_BT is None else mask_BT[:, start:]
        z_BTH, state = call(layer, x_BTD[:, start:], rest, state)
        state = tuple(map(_alone, state))
        outputs.append(z_BTH)
    return torch.cat(outputs, dim=1), state


@dataclass(frozen=True)
class _Segment:
    """Compute steps of a layer, of which only the final state is kept."""

    plan: Schedule
    call: Call
    layer: Recurrence
    blocks: int
    units: int
    mask_BT: Tensor | None

    def forward(self, x_BTD: Tensor, mask_BT: Tensor | None, state: State) -> tuple[Tensor, State]:
        return self.call(self.layer, x_BTD, mask_BT, state)

    def forward_alone(self, x_BTD: Tensor, mask_BT: Tensor | None, state: State) -> tuple[Tensor, State]:
        """As `forward`, without a graph, but by the same kernels.

        Under `no_grad` oneDNN's LSTM and `affine` use others, whose results differ in the last bits.
        """
        with torch.enable_grad(), _constant(self.layer):
            return self.forward(x_BTD.detach(), mask_BT, tuple(part.detach() for part in state))


@contextmanager
def _constant(layer: Recurrence) -> Iterator[None]:
    """Within it, no parameter of the layer requires a gradient."""
    parameters = [parameter for parameter in layer.parameters() if parameter.requires_grad]
    for parameter in parameters:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad_()


class _Recomputed(torch.autograd.Function):
    """A segment whose forward pass keeps only its inputs."""

    @staticmethod
    def forward(context: Any, segment: _Segment, parts: int, *tensors: Tensor) -> tuple[Tensor, ...]:
        x_BTD, state = tensors[0], tensors[1 : 1 + parts]
        context.segment, context.parts, context.surroundings = segment, parts, Surroundings.now(x_BTD.device)
        # Saved below only so that autograd notices a change in place: a saved tensor may come back as another object.
        context.parameters = parameters = tensors[1 + parts :]
        context.save_for_backward(x_BTD, *state, *parameters)
        z_BTH, after = segment.forward_alone(x_BTD, segment.mask_BT, state)
        return z_BTH, *map(_alone, after)

    @staticmethod
    @once_differentiable
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        segment, parts = context.segment, context.parts
        saved = context.saved_tensors
        x_BTD, state = saved[0], saved[1 : 1 + parts]
        need_x = context.needs_input_grad[2]
        with ExitStack() as stack:
            context.surroundings.again(stack)
            walk = _Backward(segment, context.parameters, need_x)
            d_x, d_state = walk.through(
                x_BTD, segment.mask_BT, state, segment.blocks, segment.units, gradients[0], gradients[1:]
            )
        return (None, None, d_x, *d_state, *walk.of_parameters)


class _Backward:
    """The gradient of a segment, from its end to its beginning."""

    def __init__(self, segment: _Segment, parameters: Sequence[Tensor], need_x: bool) -> None:
        self.segment, self.parameters, self.need_x = segment, list(parameters), need_x
        self.of_parameters: list[Tensor | None] = [None] * len(self.parameters)

    def through(
        self,
        x_BTD: Tensor,
        mask_BT: Tensor | None,
        state: State,
        blocks: int,
        units: int,
        d_z_BTH: Tensor,
        d_after: Sequence[Tensor | None],
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        """Gradients of x and of the state before, from those of z and of the state after."""
        y = self.segment.plan.split(blocks, units)
        if not y:
            return self._at_once(x_BTD, mask_BT, state, d_z_BTH, d_after)
        at = y * self.segment.plan.block
        left, right = _cut(mask_BT, at)
        before = torch.get_rng_state()
        middle = tuple(map(_alone, self.segment.forward_alone(x_BTD[:, :at], left, state)[1]))
        below = self.segment.plan.below(units)
        with holding(middle):
            d_right, d_middle = self.through(
                x_BTD[:, at:], right, middle, blocks - y, below, d_z_BTH[:, at:], d_after
            )
        torch.set_rng_state(before)
        d_left, d_state = self.through(x_BTD[:, :at], left, state, y, units, d_z_BTH[:, :at], d_middle)
        return _joined(d_left, d_right), d_state

    def _at_once(
        self,
        x_BTD: Tensor,
        mask_BT: Tensor | None,
        state: State,
        d_z_BTH: Tensor,
        d_after: Sequence[Tensor | None],
    ) -> tuple[Tensor | None, list[Tensor | None]]:
        with torch.enable_grad():
            own_x = x_BTD.detach().requires_grad_(self.need_x)
            own_state = tuple(part.detach().requires_grad_() for part in state)
            z_BTH, after = self.segment.forward(own_x, mask_BT, own_state)
        outputs = [(z_BTH, d_z_BTH), *zip(after, d_after, strict=True)]
        known = [(out, d_out) for out, d_out in outputs if d_out is not None and out.requires_grad]
        with _own_gradients(self.parameters) as of_parameters:
            torch.autograd.backward([out for out, _ in known], [d_out for _, d_out in known])
            self._add(of_parameters())
        return own_x.grad, [part.grad for part in own_state]

    def _add(self, gradients: Sequence[Tensor | None]) -> None:
        for number, (own, more) in enumerate(zip(self.of_parameters, gradients, strict=True)):
            self.of_parameters[number] = more if own is None else own if more is None else own.add_(more)


@contextmanager
def _own_gradients(parameters: Sequence[Tensor]) -> Iterator[Callable[[], list[Tensor | None]]]:
    """Within it, `backward` accumulates into empty gradients, which the function that it yields returns.

    `autograd.grad` with a list of inputs visits every node twice: a fifth more time for a loop in Python.
    """
    before = [parameter.grad for parameter in parameters]
    for parameter in parameters:
        parameter.grad = None
    try:
        yield lambda: [parameter.grad for parameter in parameters]
    finally:
        for parameter, gradient in zip(parameters, before, strict=True):
            parameter.grad = gradient


def _alone(part: Tensor) -> Tensor:
    """A copy of a part of a state that is a view, so that the states of all steps are not kept."""
    return part.clone() if part.untyped_storage().nbytes() > part.numel() * part.element_size() else part


def _cut(mask_BT: Tensor | None, at: int) -> tuple[Tensor | None, Tensor | None]:
    return (None, None) if mask_BT is None else (mask_BT[:, :at], mask_BT[:, at:])


def _joined(left: Tensor | None, right: Tensor | None) -> Tensor | None:
    return None if left is None or right is None else torch.cat([left, right], dim=1)


def truncated(window: int, layers: Sequence[Recurrence]) -> Callable[..., tuple[Tensor, State]]:
    """A runner that lets no gradient pass back over more than the window in which it arises.

    The states are unchanged; after each `window` steps the state is detached from its history (Williams & Peng
    1990). Other layers run as they are.
    """
    chosen = {id(layer) for layer in layers}

    def run(
        call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        if id(layer) not in chosen or x_BTD.shape[1] <= window:
            return call(layer, x_BTD, mask_BT, state)
        outputs: list[Tensor] = []
        for start in range(0, x_BTD.shape[1], window):
            part = slice(start, start + window)
            z_BTH, after = call(layer, x_BTD[:, part], None if mask_BT is None else mask_BT[:, part], state)
            outputs.append(z_BTH)
            state = tuple(one.detach() for one in after)
        # The last window's state keeps its history: a decoder may begin with it.
        return torch.cat(outputs, dim=1), after

    return run
