"""A runner (`seqkit.nn.running`) that solves recurrent layers for all time steps at once.

A sequence whose solution is not certified goes through the layer's own loop or kernel, and is counted.

Shapes: B sequences, T steps, D features of x_t, H of z_t, N numbers of the state.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from seqkit.nn.recurrent import Recurrence, State
from seqkit.nn.running import Call
from seqkit.nn.time_parallel.adjoint import with_gradient
from seqkit.nn.time_parallel.newton import Solution
from seqkit.nn.time_parallel.steps import Form, LayerSteps
from seqkit.nn.time_parallel.windows import solve_in_windows

LEAST_STEPS = 4
"""Shorter sequences are left to the loop: there is nothing to win."""


@dataclass(frozen=True)
class Plan:
    """How a layer is solved."""

    form: Form
    """Of the Jacobians that the iterations use."""
    exact: Form
    """Of the whole Jacobians."""


@dataclass
class Counts:
    """Sequences of one layer."""

    solved: int = 0
    """By Newton's method, certified."""
    by_loop: int = 0
    """Without a certified solution: the loop computed them."""
    iterations: int = 0
    """Summed over the sequences."""


Planner = Callable[[Recurrence, LayerSteps, Tensor], Plan | None]
"""(layer, its steps on a batch, initial states) -> how it is solved; None: by its loop."""


@dataclass
class TimeParallel:
    """Solves each layer as its plan says; layers without a plan run as they are."""

    plan: Planner
    counts: dict[int, Counts] = field(default_factory=dict)
    """By the identity of the layer."""

    def __call__(
        self, call: Call, layer: Recurrence, x_BTD: Tensor, mask_BT: Tensor | None, state: State | None
    ) -> tuple[Tensor, State]:
        """As `Recurrence.forward`."""
        if x_BTD.shape[1] < LEAST_STEPS or not x_BTD.shape[0]:
            return call(layer, x_BTD, mask_BT, state)
        state = layer.initial_state(x_BTD) if state is None else state
        steps = LayerSteps(layer, x_BTD, mask_BT, tuple(part.shape[-1] for part in state))
        start_BN = torch.cat(state, dim=-1)
        plan = self.plan(layer, steps, start_BN)
        if plan is None:
            return call(layer, x_BTD, mask_BT, state)
        with torch.no_grad():
            found = solve_in_windows(steps, start_BN, plan.form, plan.exact)
        self._count(layer, found)
        return _assembled(call, steps, start_BN, state, found, plan.exact)

    def _count(self, layer: Recurrence, found: Solution) -> None:
        counts = self.counts.setdefault(id(layer), Counts())
        solved = int(found.accepted_B.sum())
        counts.solved += solved
        counts.by_loop += len(found.accepted_B) - solved
        counts.iterations += int(found.iterations_B.sum())


def _assembled(
    call: Call, steps: LayerSteps, start_BN: Tensor, state: State, found: Solution, exact: Form
) -> tuple[Tensor, State]:
    """z_BTH and the final state: accepted sequences from the solution, the others by the loop."""
    good_B = found.accepted_B
    if not bool(good_B.any()):
        return call(steps.layer, steps.x_BTD, steps.mask_BT, state)
    if bool(good_B.all()):
        return _outputs(steps, with_gradient(steps, found.s_BTN, start_BN, exact))
    part = steps.part(good_B, slice(None))
    solved = _outputs(part, with_gradient(part, found.s_BTN[good_B], start_BN[good_B], exact))
    rest = steps.part(~good_B, slice(None))
    looped = call(steps.layer, rest.x_BTD, rest.mask_BT, tuple(one[~good_B] for one in state))
    order_B = torch.cat([good_B.nonzero()[:, 0], (~good_B).nonzero()[:, 0]]).argsort()
    join = lambda one, other: torch.cat([one, other])[order_B]  # noqa: E731
    return join(solved[0], looped[0]), tuple(map(join, solved[1], looped[1]))


def _outputs(steps: LayerSteps, s_BTN: Tensor) -> tuple[Tensor, State]:
    """z_t is the first part of the state. Padding does not change the state, so that the last one is the final one."""
    return s_BTN[..., : steps.layer.hidden_size], tuple(s_BTN[:, -1].split(list(steps.sizes), dim=-1))


def fixed(plans: Mapping[int, Plan]) -> Planner:
    """A plan for each layer by identity, whatever the batch."""
    return lambda layer, steps, start_BN: plans.get(id(layer))
