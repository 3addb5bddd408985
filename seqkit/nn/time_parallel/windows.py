"""Windows of a sequence whose Jacobians fit into memory, solved one after the other.

Shapes: B sequences, T steps, N numbers of the state.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seqkit.nn.time_parallel.newton import Solution, most_iterations, solve
from seqkit.nn.time_parallel.steps import Form, Steps

BUDGET = 2**28
"""Bytes of the Jacobians of a window. Their products and temporary copies take about six times as much."""
LEAST_STEPS = 16


def windows(B: int, T: int, like_BN: Tensor, form: Form) -> list[slice]:
    """Stretches of the T steps, as long as the budget allows."""
    N = like_BN.shape[-1]
    a_step = B * N * (N if form != "separable" else 4) * like_BN.element_size()
    length = min(T, max(LEAST_STEPS, BUDGET // max(a_step, 1)))
    return [slice(start, min(start + length, T)) for start in range(0, T, length)]


def solve_in_windows(
    steps: Steps, start_BN: Tensor, form: Form, exact: Form, *, most: int | None = None
) -> Solution:
    """As `newton.solve`; each window begins with the state and the error of the one before."""
    B, T = steps.shape
    parts = windows(B, T, start_BN, exact)
    if len(parts) == 1:
        return solve(steps, start_BN, form, exact, most=most)
    whole = Solution.none(start_BN, T)
    whole.error_B.zero_()
    whole.end_error_B.zero_()
    rows_B = torch.arange(B, device=start_BN.device)
    for window in parts:
        limit = most_iterations(window.stop - window.start) if most is None else most
        before_B = whole.end_error_B[rows_B]
        part = solve(steps.part(rows_B, window), start_BN, form, exact, start_error_B=before_B, most=limit)
        whole.iterations_B[rows_B] = torch.maximum(whole.iterations_B[rows_B], part.iterations_B)
        whole.error_B[rows_B] = torch.maximum(whole.error_B[rows_B], part.error_B)
        whole.end_error_B[rows_B] = part.end_error_B
        whole.s_BTN[rows_B, window] = part.s_BTN
        start_BN, rows_B = part.s_BTN[part.accepted_B, -1], rows_B[part.accepted_B]
        if not len(rows_B):
            break
    whole.accepted_B[rows_B] = True
    return whole
