"""Gradients of states that were solved for all steps at once.

The states satisfy s_t = f(s_{t-1}, x_t; θ). With g_t, the gradient of the loss with respect to s_t as an output alone,
the whole gradient λ_t runs backwards through the same Jacobians, a linear recurrence that one parallel scan solves:

    λ_t = g_t + J_{t+1}ᵀ λ_{t+1}        ∂loss/∂θ = Σ_t λ_tᵀ ∂f/∂θ        ∂loss/∂x_t = λ_tᵀ ∂f/∂x_t

(DEER, Lim et al. 2024, section 3.2: one scan, no iteration.) The sums on the right are autograd's, from one call of f
on all steps with the s_{t-1} held fixed.

Shapes: B sequences, T steps, N numbers of the state.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from seqkit.nn.time_parallel.products import applied, product_tree, scan
from seqkit.nn.time_parallel.steps import Form, Steps
from seqkit.nn.time_parallel.windows import windows


class _Adjoint(torch.autograd.Function):
    """The states, with λ_t as their gradient."""

    @staticmethod
    def forward(context: Any, s_BTN: Tensor, start_BN: Tensor, steps: Steps, exact: Form) -> Tensor:
        context.steps, context.exact = steps, exact
        context.save_for_backward(s_BTN, start_BN)
        return s_BTN.clone()

    @staticmethod
    @once_differentiable
    def backward(context: Any, g_BTN: Tensor) -> tuple[Tensor | None, ...]:
        s_BTN, start_BN = context.saved_tensors
        before_BTN = torch.cat([start_BN[:, None], s_BTN[:, :-1]], dim=1)
        l_BTN, l_start_BN = adjoint(context.steps, before_BTN, g_BTN, context.exact)
        return l_BTN, l_start_BN, None, None


def adjoint(steps: Steps, before_BTN: Tensor, g_BTN: Tensor, exact: Form) -> tuple[Tensor, Tensor]:
    """λ_BTN, and the gradient with respect to the initial state, from the last window to the first."""
    l_BTN = torch.empty_like(g_BTN)
    carried_BN = torch.zeros_like(g_BTN[:, 0])
    for window in reversed(windows(*steps.shape, g_BTN, exact)):
        part = steps.part(slice(None), window)
        J_BTGPP = part.jacobians(before_BTN[:, window], exact)[1].mT
        own_BTN = g_BTN[:, window].clone()
        own_BTN[:, -1] += carried_BN
        # From the end: the first step has no matrix of its own, each other one that of the step after it.
        later_BTGPP = J_BTGPP.flip(1).roll(1, dims=1)
        found = scan(product_tree(later_BTGPP), part.grouped(own_BTN.flip(1), exact)).flip(1)
        l_BTN[:, window] = part.flat(found, exact)
        carried_BN = part.flat(applied(J_BTGPP[:, :1], found[:, :1]), exact)[:, 0]
    return l_BTN, carried_BN


def with_gradient(steps: Steps, s_BTN: Tensor, start_BN: Tensor, exact: Form) -> Tensor:
    """Solved states with the gradients of the loop. Args: steps, with history; s_BTN, the solution, without."""
    before_BTN = torch.cat([start_BN.detach()[:, None], s_BTN[:, :-1]], dim=1)
    f_BTN = steps.values(before_BTN)
    found: Tensor = _Adjoint.apply(f_BTN, start_BN, steps, exact)
    return found
