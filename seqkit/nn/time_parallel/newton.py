"""Newton's method for all states of a sequence at once.

The states satisfy s_t - f(s_{t-1}, x_t) = 0 for t = 1 … T. With the residual r_t = f(s_{t-1}, x_t) - s_t and the
Jacobian J_t of f at s_{t-1}, the correction e of one iteration is a linear recurrence, which a parallel scan solves:

    e_t = J_t e_{t-1} + r_t        s_t ← s_t + e_t

(DEER, Lim et al. 2024, arXiv:2309.12252). With the diagonal of J_t in place of J_t it is quasi-Newton (Gonzalez et al.
2024, arXiv:2407.19115): less work an iteration, more iterations.

Far from the solution Newton's corrections explode. Where one is too large, the J_t are scaled down for that iteration;
the second paper damps them, too, by another rule. A solution is accepted only with a bound on its error (`certify`).

Shapes: B sequences, T steps, N numbers of the state.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from seqkit.nn.time_parallel.certify import Bounds, bounds, curvature
from seqkit.nn.time_parallel.products import product_tree, scan
from seqkit.nn.time_parallel.steps import Form, Steps

TOLERANCE = 1e-4
"""Bound on the error of each state of an accepted solution."""
LEAST_ITERATIONS = 12
EXACT = 1e-6
"""Residual of a step that counts as solved, where a sequence is solved from its beginning only."""
TRUST = 3.0
"""Largest ‖e_t‖ for which an iteration is not damped, relative to the mean norm of a state or, if larger, to 1."""
STRETCH = 4
"""Damped Jacobians do not expand over 2^STRETCH steps."""
FAR = 1e-2
"""Residual of a sequence that is not about to be solved everywhere."""


def most_iterations(T: int) -> int:
    """Iterations after which a solution is given up: a tenth of the steps."""
    return max(LEAST_ITERATIONS, T // 10)


@dataclass
class Solution:
    """States of B sequences, and how they were found."""

    s_BTN: Tensor
    accepted_B: Tensor
    """Where False, the states are not to be used."""
    error_B: Tensor
    """Bound on the error of every state; infinite where none was found."""
    end_error_B: Tensor
    """Bound on the error of the state after the last step."""
    iterations_B: Tensor

    @classmethod
    def none(cls, like_BN: Tensor, T: int) -> Solution:
        """Nothing is accepted yet."""
        (B, N), device = like_BN.shape, like_BN.device
        unknown_B = torch.full((B,), torch.inf, dtype=torch.float64, device=device)
        return cls(
            s_BTN=like_BN.new_zeros(B, T, N),
            accepted_B=torch.zeros(B, dtype=torch.bool, device=device),
            error_B=unknown_B,
            end_error_B=unknown_B.clone(),
            iterations_B=torch.zeros(B, dtype=torch.long, device=device),
        )


@dataclass
class _Iterate:
    """The sequences that are not solved yet."""

    steps: Steps
    start_BN: Tensor
    start_error_B: Tensor
    s_BTN: Tensor
    rows_B: Tensor
    """Their numbers in the solution."""
    size_B: Tensor
    """Largest ‖e_t‖ of the last iteration."""

    def select(self, chosen_B: Tensor) -> _Iterate:
        return _Iterate(
            self.steps.part(chosen_B, slice(None)),
            *(
                one[chosen_B]
                for one in (self.start_BN, self.start_error_B, self.s_BTN, self.rows_B, self.size_B)
            ),
        )

    @property
    def before_BTN(self) -> Tensor:
        """s_{t-1} at each step."""
        return torch.cat([self.start_BN[:, None], self.s_BTN[:, :-1]], dim=1)


def solve(
    steps: Steps,
    start_BN: Tensor,
    form: Form,
    exact: Form,
    *,
    start_error_B: Tensor | None = None,
    most: int | None = None,
) -> Solution:
    """Solve all steps, without history. Each sequence iterates until it is accepted, or will not be.

    Args: form, of the Jacobians of the iterations; exact, of those that leave nothing out; start_error_B, bound on the
    error of the initial state; most, iterations.
    """
    B, T = steps.shape
    most = most_iterations(T) if most is None else most
    found = Solution.none(start_BN, T)
    error_B = torch.zeros_like(found.error_B) if start_error_B is None else start_error_B
    s_BTN = steps.values(start_BN[:, None].expand(-1, T, -1))
    rows_B = torch.arange(B, device=start_BN.device)
    one = _Iterate(steps, start_BN, error_B, s_BTN, rows_B, torch.full_like(error_B, torch.inf))
    for iteration in range(1, most + 1):
        left_B = _iterate(one, form, exact, found, iteration, most)
        if not bool(left_B.any()):
            break
        one = one if bool(left_B.all()) else one.select(left_B)
    return found


def _iterate(one: _Iterate, form: Form, exact: Form, found: Solution, iteration: int, most: int) -> Tensor:
    """One iteration of every sequence; those that are accepted go to `found`. Returns which are left."""
    f_BTN, J_BTGPP = one.steps.jacobians(one.before_BTN, form)
    r_BTN = f_BTN - one.s_BTN
    tree, r_BTGP = product_tree(J_BTGPP), one.steps.grouped(r_BTN, form)
    e_BTN = one.steps.flat(scan(tree, r_BTGP), form)
    far_BT = _far(e_BTN, f_BTN)
    if bool(far_BT.any()):
        damped_BTN = one.steps.flat(scan(product_tree(damped(tree)), r_BTGP), form)
        e_BTN = torch.where(far_BT[..., None], damped_BTN, e_BTN)
    new_BTN = one.s_BTN + e_BTN
    new_BTN = torch.where(new_BTN.isfinite(), new_BTN, f_BTN)
    size_B = e_BTN.norm(dim=-1).double().amax(-1).nan_to_num(nan=torch.inf)
    # E is at least the largest ‖e_t‖ of whole Jacobians, so that a larger one cannot be accepted.
    close_B = size_B <= (TOLERANCE if form == exact else TOLERANCE / 20)
    stalled_B = close_B & (size_B > (0.5 if form == exact else 0.95) * one.size_B)
    found.iterations_B[one.rows_B] = iteration
    accepted_B = torch.zeros_like(close_B)
    if bool(close_B.any()):
        whole_B = bool(close_B.all())
        near = one if whole_B else one.select(close_B)
        known = (J_BTGPP if whole_B else J_BTGPP[close_B]) if form == exact else None
        certified = _certified(near, exact, known)
        accepted_B[close_B] = certified.error_B <= TOLERANCE
        found.error_B[near.rows_B], found.end_error_B[near.rows_B] = certified.error_B, certified.end_B
    found.accepted_B[one.rows_B] = accepted_B
    found.s_BTN[one.rows_B[accepted_B]] = new_BTN[accepted_B]
    one.s_BTN, one.size_B = new_BTN, size_B
    return ~accepted_B & ~stalled_B & ~_slow(r_BTN, iteration, most)


def _far(e_BTN: Tensor, f_BTN: Tensor) -> Tensor:
    """Which steps lie at or after a correction that is too large for a linear model, (B, T)."""
    scale_B1 = f_BTN.norm(dim=-1).mean(1, keepdim=True).clamp(min=1.0)
    return (~(e_BTN.norm(dim=-1) <= TRUST * scale_B1)).cummax(dim=1).values


def damped(tree: list[Tensor]) -> Tensor:
    """The Jacobians, smaller where a product of 2^STRETCH of them expands, so that it does not."""
    level = min(STRETCH, len(tree) - 1)
    norm_BS = torch.linalg.matrix_norm(tree[level]).amax(-1)
    factor_BS = norm_BS.clamp(min=1.0).pow(-(0.5**level)).nan_to_num(nan=0.0)
    factor_BT, T = factor_BS.repeat_interleave(2**level, dim=1), tree[0].shape[1]
    factor_BT = torch.cat([factor_BT, factor_BT[:, -1:].expand(-1, T)], dim=1)[:, :T]
    return tree[0] * factor_BT[..., None, None, None]


def _certified(near: _Iterate, exact: Form, J_BTGPP: Tensor | None) -> Bounds:
    """Bounds of the states as they are. Args: J_BTGPP, whole Jacobians; None computes them."""
    f_BTN, J = near.steps.jacobians(near.before_BTN, exact) if J_BTGPP is None else (None, J_BTGPP)
    f_BTN = near.steps.values(near.before_BTN) if f_BTN is None else f_BTN
    r_BTGP = near.steps.grouped(f_BTN - near.s_BTN, exact)
    bend_B = curvature(near.steps, near.before_BTN, J, exact)
    s_BTGP = near.steps.grouped(near.s_BTN, exact)
    return bounds(J, r_BTGP, s_BTGP, bend_B, near.start_error_B, near.steps.mask_BT)


def _slow(r_BTN: Tensor, iteration: int, most: int) -> Tensor:
    """Whether a sequence is solved from its beginning only, and so slowly that the iterations will not suffice."""
    if iteration < most // 2:
        return torch.zeros(len(r_BTN), dtype=torch.bool, device=r_BTN.device)
    size_BT = r_BTN.abs().amax(-1).nan_to_num(nan=torch.inf)
    exact_B = (~(size_BT > EXACT).cummax(dim=1).values).sum(1)
    return (exact_B * most < iteration * r_BTN.shape[1] // 4) & (size_BT.amax(1) > FAR)
