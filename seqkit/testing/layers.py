"""Recurrent layers with random weights; values, final states and gradients for the checks to compare.

Shapes: B sequences, T time steps, D features of x_t, H of z_t.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence, State
from seqkit.testing.check import Subject, expect

B, T, D, H = 4, 7, 3, 5
LENGTHS = (7, 1, 4, 0)
"""Real steps of each sequence: all, one, some and none."""


class Case(NamedTuple):
    """A padded batch with a state before the first step."""

    x_BTD: Tensor
    mask_BT: Tensor
    state: State


def generator(seed: int = 3) -> torch.Generator:
    """A random generator separate from torch's global one."""
    return torch.Generator().manual_seed(seed)


def layer_of(subject: Subject, dtype: torch.dtype = torch.float64, seed: int = 3) -> Recurrence:
    """A layer with random parameters, biases included, because parameters at 0 would hide errors."""
    layer = recurrence_class(subject.name)(D, H).to(dtype).eval()
    randomise(layer, seed)
    return layer


def randomise(module: nn.Module, seed: int = 3) -> None:
    """Draw every parameter from N(0, 0.4²)."""
    drawn = generator(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(0.4 * torch.randn(parameter.shape, generator=drawn, dtype=torch.float64))


def inputs(rows: int = B, steps: int = T, dtype: torch.dtype = torch.float64) -> Tensor:
    """Random x_BTD."""
    return torch.randn(rows, steps, D, generator=generator(11), dtype=torch.float64).to(dtype)


def case_of(layer: Recurrence) -> Case:
    """A batch of sequences of `LENGTHS` with a random state."""
    mask_BT = torch.arange(T) < torch.tensor(LENGTHS)[:, None]
    drawn = generator(5)
    parts = range(layer.state_parts)
    state = tuple(torch.randn(B, H, generator=drawn, dtype=torch.float64).tanh() for _ in parts)
    return Case(inputs(), mask_BT, state)


def loop(layer: Recurrence, case: Case) -> tuple[Tensor, State]:
    """The reference: one `step` after another."""
    return Recurrence.forward(layer, *case)


def gradients(layer: Recurrence, case: Case, by_loop: bool) -> dict[str, Tensor]:
    """Gradients of a weighted sum of real outputs and final states, by name.

    With respect to x, the state before the first step, and every parameter.
    """
    leaves = [case.x_BTD.clone().requires_grad_(), *(part.clone().requires_grad_() for part in case.state)]
    names = ["x", *(f"state {number}" for number in range(layer.state_parts))]
    names += [name for name, _ in layer.named_parameters()]
    leafy = Case(leaves[0], case.mask_BT, tuple(leaves[1:]))
    z_BTH, end = loop(layer, leafy) if by_loop else layer(*leafy)
    total = weighted(z_BTH[case.mask_BT]) + sum((weighted(part) for part in end), z_BTH.new_zeros(()))
    found = torch.autograd.grad(total, [*leaves, *layer.parameters()], allow_unused=True)
    zeros = [torch.zeros_like(leaf) for leaf in [*leaves, *layer.parameters()]]
    filled = [zero if grad is None else grad for grad, zero in zip(found, zeros, strict=True)]
    return dict(zip(names, filled, strict=True))


def weighted(values: Tensor) -> Tensor:
    """A sum with different weights, so that errors of opposite signs do not cancel."""
    return (values * torch.linspace(0.5, 1.5, values.numel(), dtype=values.dtype).view_as(values)).sum()


def expect_close(found: Tensor, wanted: Tensor, what: str, tolerance: float = 1e-7) -> None:
    """Raise CheckFailed if two tensors differ by more than a tolerance, absolute and relative."""
    expect(found.shape == wanted.shape, f"{what}: shape {tuple(found.shape)}, not {tuple(wanted.shape)}")
    found, wanted = found.detach().double(), wanted.detach().double()
    off, allowed = (found - wanted).abs(), tolerance * (1 + wanted.abs())
    largest = float(off.max()) if off.numel() else 0.0
    expect(bool((off <= allowed).all()), f"{what}: differs by up to {largest:.3g}")
