"""Find gates and activations of any recurrent layer in the operations of its step, below autograd.

A dispatch mode records all sigmoid and tanh operations of a step, independently of the layer's code. The gate k that
keeps the state is identified by ∂c_t/∂c_{t-1} = k along the cell path, or z_t = k z_{t-1} + (1 - k) n.

Shapes: B sequences, H features of z_t.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from seqkit.nn.recurrent import Recurrence, State, one_step

SQUASHING = {
    "sigmoid": (torch.ops.aten.sigmoid.default, torch.ops.aten.sigmoid_.default),
    "tanh": (torch.ops.aten.tanh.default, torch.ops.aten.tanh_.default),
    "hardsigmoid": (torch.ops.aten.hardsigmoid.default,),
}
"""Operations that saturate."""
EDGE = {"sigmoid": (0.05, 0.95), "tanh": (-0.95, 0.95), "hardsigmoid": (0.0, 1.0)}
"""Bounds beyond which an activation counts as saturated: its derivative is at most a fifth of the maximum."""
EXACT = 1e-6
"""Maximum absolute deviation at which two tensors count as equal."""


@dataclass(frozen=True)
class Activation:
    """One activation of a step with H features."""

    name: str
    """The function, with a number in the order of computation: `sigmoid 1`, `tanh 2` …"""
    values_BH: Tensor


class _Recorder(TorchDispatchMode):
    """Records the results of saturating operations."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[tuple[str, Tensor]] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        for name, operations in SQUASHING.items():
            if func in operations:
                self.results.append((name, result.detach().clone()))
        return result


@torch.no_grad()
def activations(layer: Recurrence, x_BD: Tensor, state: State) -> list[Activation]:
    """Record the activations of one step; those computed together are split into parts of H features."""
    with _Recorder() as recorder:
        one_step(layer, x_BD, state)
    counts: dict[str, int] = {}
    parts = []
    for name, values in recorder.results:
        if values.shape[-1] % layer.hidden_size:
            continue
        for part_BH in values.reshape(len(x_BD), -1, layer.hidden_size).unbind(1):
            counts[name] = counts.get(name, 0) + 1
            parts.append(Activation(f"{name} {counts[name]}", part_BH))
    return parts


@dataclass(frozen=True)
class KeepGate:
    """The gate k that multiplies the old state."""

    name: str
    path: str
    """`cell` (c_t = k c_{t-1} + …) or `state` (z_t = k z_{t-1} + (1 - k) n)."""
    of: Callable[[Tensor, State], Tensor]
    """(x_BD, state before) -> k_BH."""


def keep_gate(layer: Recurrence, x_BD: Tensor, state: State) -> KeepGate | None:
    """Find the gate that keeps the state, from one step of the data; None for a layer without one."""
    return _of_cell(layer, x_BD, state) or _of_state(layer, x_BD, state)


def _of_cell(layer: Recurrence, x_BD: Tensor, state: State) -> KeepGate | None:
    """A gate that equals the diagonal ∂c_t/∂c_{t-1}, with c the last part of the state and the others fixed."""

    def kept_BH(x_BD: Tensor, state: State) -> Tensor:
        c_BH = state[-1].detach().requires_grad_()
        with torch.enable_grad():
            after = one_step(layer, x_BD.detach(), (*(part.detach() for part in state[:-1]), c_BH))[1]
            (k_BH,) = torch.autograd.grad(after[-1].sum(), c_BH, allow_unused=True)
        return torch.zeros_like(c_BH) if k_BH is None else k_BH

    k_BH = kept_BH(x_BD, state)
    for one in activations(layer, x_BD, state):
        for name, values_BH in ((one.name, one.values_BH), (f"1 - {one.name}", 1 - one.values_BH)):
            if _same(k_BH, values_BH):
                return KeepGate(name, "cell" if len(state) > 1 else "state", kept_BH)
    return None


def _of_state(layer: Recurrence, x_BD: Tensor, state: State) -> KeepGate | None:
    """A gate k with z_t = k z_{t-1} + (1 - k) n, where n is another activation."""
    z_BH, after_BH = state[0].detach(), one_step(layer, x_BD, state)[1][0].detach()
    recorded = activations(layer, x_BD, state)
    for number, gate in enumerate(recorded):
        if gate.name.startswith("tanh"):
            continue
        for complement in (False, True):
            k_BH = 1 - gate.values_BH if complement else gate.values_BH
            others = [other.values_BH for index, other in enumerate(recorded) if index != number]
            if any(_same(after_BH, k_BH * z_BH + (1 - k_BH) * n_BH) for n_BH in others):
                name = f"1 - {gate.name}" if complement else gate.name
                return KeepGate(name, "state", _recorded(layer, number, complement))
    return None


def _recorded(layer: Recurrence, number: int, complement: bool) -> Callable[[Tensor, State], Tensor]:
    def kept_BH(x_BD: Tensor, state: State) -> Tensor:
        values_BH = activations(layer, x_BD, state)[number].values_BH
        return 1 - values_BH if complement else values_BH

    return kept_BH


def _same(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and bool((a - b).abs().max() < EXACT)


def derivative_of_h(layer: Recurrence, J_BNN: Tensor, U_HH: Tensor) -> Tensor | None:
    """Return h'_BH if J = diag(h') U, as in z_t = h(W x_t + U z_{t-1}); None if the Jacobian has another form."""
    if J_BNN.shape[-1] != U_HH.shape[-1] or U_HH.shape[0] != U_HH.shape[1]:
        return None
    U_HH = U_HH.detach().to(J_BNN.dtype)
    squares_H = U_HH.square().sum(1).clamp(min=1e-30)
    h_BH = (J_BNN * U_HH).sum(-1) / squares_H
    fits = (J_BNN - h_BH[:, :, None] * U_HH).abs().max() < EXACT
    return h_BH if bool(fits) else None
