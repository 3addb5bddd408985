"""Exact derivatives of a state with respect to an earlier state or an input, for seqkit's own layers.

Shapes: T time steps, D features of x_t, H of z_t, S of the whole state (z_t, and the memory cell of an LSTM).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from seqkit.nn.recurrent import Recurrence


def step_jacobians(layer: Recurrence, x_TD: Tensor) -> list[Tensor]:
    """∂state_t/∂state_{t-1}, (S, S), at each t, for these inputs and an initial state of zeros."""
    state, found = layer.initial_state(x_TD[None]), []
    for x_D in x_TD:
        sizes = [part.shape[-1] for part in state]

        def after(flat_S: Tensor, x_1D: Tensor = x_D[None], sizes: list[int] = sizes) -> Tensor:
            parts = tuple(part[None] for part in flat_S.split(sizes))
            return torch.cat(layer.step(x_1D, parts)[1], dim=-1)[0]

        found.append(torch.func.jacrev(after)(torch.cat(state, dim=-1)[0]).detach())
        state = tuple(part.detach() for part in layer.step(x_D[None], state)[1])
    return found


def norms_over_distance(jacobians: list[Tensor]) -> list[float]:
    """‖∂state_T/∂state_t‖₂ at the distances T - t = 0, 1, 2, …: the largest singular value of the product."""
    product_SS = torch.eye(jacobians[0].shape[0], dtype=jacobians[0].dtype)
    norms = [1.0]
    for jacobian_SS in reversed(jacobians):
        product_SS = product_SS @ jacobian_SS
        norms.append(float(torch.linalg.matrix_norm(product_SS, 2)))
    return norms


def dependence(network: nn.Module, x_TD: Tensor) -> Tensor:
    """‖∂z_t/∂x_s‖ (Frobenius) for every t and s, (T, T, features of z)."""
    jacobian_THTD = torch.func.jacrev(lambda x: network(x[None])[0])(x_TD).detach()
    return jacobian_THTD.norm(dim=-1).transpose(1, 2)
