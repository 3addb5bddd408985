"""A bound on the error of a solution that is computed for all steps at once.

Let s_t be the computed states, r_t = f(s_{t-1}, x_t) - s_t their residual, and d_t the error, so that
d_t = J_t d_{t-1} + q_t + r_t with the Jacobian J_t at s_{t-1} and a remainder ‖q_t‖ ≤ ℓ/2 ‖d_{t-1}‖², ℓ being the
Lipschitz constant of the Jacobian. A small residual bounds nothing by itself: products of the J_t may amplify it. With

    E = max_t Σ_s ‖J_t … J_{s+1}‖ ‖r_s‖        K = max_t Σ_s ‖J_t … J_{s+1}‖

every ‖d_t‖ ≤ ρ with E + K ℓ/2 ρ² = ρ, which has a root ρ ≤ 2 E if 2 K ℓ E ≤ 1: by induction over t,
‖d_t‖ ≤ E + K ℓ/2 ρ² = ρ. (This is the theorem of Newton and Kantorovich for a recurrence.)

Both sums are bounded along the tree of products: ‖J_t … J_{s+1}‖ is at most the product of the norms of the segments
that the tree cuts it into, each of a product that was multiplied out.

ℓ is measured: the mean of ‖Σ_n H_n v_n‖² over random signs v is ‖H‖² for the second derivatives H (in the norm of
Frobenius, which is at least ℓ). One v for each step, the largest of all steps, times a margin.

Shapes as in `products`; level l of a tree has about T / 2^l segments.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from seqkit.nn.time_parallel.products import pairs, product_tree, through_tree
from seqkit.nn.time_parallel.steps import Form, Steps

ROUNDING = 1.0
"""Rounding errors of one step, in units of the last place of its state, or of 1 if that is larger."""
MARGIN = 2.0
"""Factor on the measured ℓ."""


@dataclass(frozen=True)
class Bounds:
    """Of one sequence each, (B,)."""

    linear_B: Tensor
    """E, rounding errors of a step included."""
    amplification_B: Tensor
    """K."""
    curvature_B: Tensor
    """ℓ."""
    last_B: Tensor
    """The sum of E for the last step alone."""

    @property
    def holds_B(self) -> Tensor:
        """Whether the remainder is small enough for a bound to exist."""
        return 2 * self.amplification_B * self.curvature_B * self.linear_B <= 1

    @property
    def error_B(self) -> Tensor:
        """ρ: bound on the error of every state, in the Euclidean norm; infinite where none holds."""
        bend_B = 2 * self.amplification_B * self.curvature_B * self.linear_B
        root_B = 2 * self.linear_B / (1 + (1 - bend_B).clamp(min=0).sqrt())
        found_B = torch.where(self.holds_B, root_B, torch.inf)
        return found_B.nan_to_num(nan=torch.inf, posinf=torch.inf)

    @property
    def end_B(self) -> Tensor:
        """As `error_B`, of the state after the last step: its own sum and K ℓ/2 ρ²."""
        remainder_B = 0.5 * self.amplification_B * self.curvature_B * self.error_B.square()
        return torch.minimum(self.error_B, (self.last_B + remainder_B).nan_to_num(nan=torch.inf))


def bounds(
    J_BTGNN: Tensor,
    r_BTGN: Tensor,
    s_BTGN: Tensor,
    curvature_B: Tensor,
    start_B: Tensor,
    mask_BT: Tensor | None = None,
) -> Bounds:
    """E and K of states s with residuals r.

    Args: start_B, bound on the error of the state before the first step; mask_BT, False where a state is a copy of the
    one before, which is exact.
    """
    eps = torch.finfo(s_BTGN.dtype).eps
    unit_BT = ROUNDING * eps * s_BTGN.flatten(2).double().norm(dim=-1).clamp(min=1.0)
    r_BT = r_BTGN.flatten(2).double().norm(dim=-1) + unit_BT
    norms = tree_of_norms(J_BTGNN)
    rights_BT2 = torch.stack([r_BT, torch.ones_like(r_BT)], dim=-1)
    if mask_BT is not None:
        rights_BT2 *= mask_BT[..., None]
    rights_BT2[:, 0, 0] += norms[0][:, 0] * start_B.double()
    sums_BT2 = through_tree(norms, rights_BT2, lambda c_BT, e_BT2: c_BT[..., None] * e_BT2)
    sums_BT2 = sums_BT2.nan_to_num(nan=torch.inf, posinf=torch.inf)
    E_B, K_B = sums_BT2.amax(1).unbind(-1)
    return Bounds(E_B, K_B, curvature_B.double(), sums_BT2[:, -1, 0])


def tree_of_norms(J_BTGNN: Tensor) -> list[Tensor]:
    """Upper bounds of ‖J_t … J_{s+1}‖₂ for every segment of the tree, (B, segments) a level, in float64.

    A product of matrices is rounded; a bound of that error, δ(AB) ≤ δ(A) ‖B‖ + ‖A‖ δ(B) + N ε ‖A‖ ‖B‖, is added to its
    norm.
    """
    tree = product_tree(J_BTGNN)
    relative = J_BTGNN.shape[-1] * torch.finfo(J_BTGNN.dtype).eps
    norm_BT = spectral_bound(tree[0])
    error_BT = torch.zeros_like(norm_BT)
    norms = [norm_BT]
    for level in tree[1:]:
        (c1, c2), (d1, d2) = pairs(norm_BT), pairs(error_BT)
        error_BT = d2 * c1 + c2 * d1 + relative * c1 * c2
        norm_BT = torch.minimum(spectral_bound(level) + error_BT, c1 * c2)
        norms.append(norm_BT)
    return norms


def spectral_bound(P: Tensor) -> Tensor:
    """An upper bound of the largest singular value, (B, T, G, N, N) -> (B, T) in float64, at most N^(1/16) too large.

    ‖P‖₂ = ‖M⁴‖₂^(1/8) ≤ ‖M⁴‖_F^(1/8) with M = PᵀP. Of several groups it is the largest.
    """
    if P.shape[-1] == 1:
        return _largest(P[..., 0, 0].abs())
    # The largest number, not the norm: squares of numbers below 1e-154 are 0.
    scale = P.abs().amax((-2, -1)).clamp(min=torch.finfo(P.dtype).tiny)
    P = P / scale[..., None, None]
    M = P.mT @ P
    M = M @ M
    M = M @ M
    return _largest(scale * torch.linalg.matrix_norm(M).pow(0.125) * (1 + 64 * torch.finfo(P.dtype).eps))


def _largest(norms_BTG: Tensor) -> Tensor:
    return norms_BTG.double().nan_to_num(nan=torch.inf, posinf=torch.inf).amax(-1)


def curvature(steps: Steps, before_BTN: Tensor, J_BTGPP: Tensor, form: Form) -> Tensor:
    """ℓ of each sequence, (B,), from Jacobians at the states and a small distance from them."""
    distance = torch.finfo(before_BTN.dtype).eps ** (1 / 3)
    signs = torch.Generator().manual_seed(0)
    v_TN = torch.randint(0, 2, before_BTN.shape[1:], generator=signs) * 2 - 1
    aside_BTN = before_BTN + distance * v_TN.to(before_BTN)
    change_BTGPP = steps.jacobians(aside_BTN, form)[1] - J_BTGPP
    change_BT = change_BTGPP.flatten(2).norm(dim=-1).double() / distance
    return MARGIN * change_BT.nan_to_num(nan=torch.inf).amax(-1)
