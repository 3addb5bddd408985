"""The linear-chain CRF: sums and maxima over all label sequences, by dynamic programming.

Shapes: B sequences, T steps, L labels; A_LL[i, j] is the score of label j after label i; padding on the right.
"""

from __future__ import annotations

import torch
from torch import Tensor

from seqkit.nn.placement import without_autocast


def log_partition(logits_BTL: Tensor, A_LL: Tensor, real_BT: Tensor) -> Tensor:
    """log Z_B = log Σ_y exp Σ_t (logits_t[y_t] + A[y_{t-1}, y_t]); real_BT is the padding mask (True: real)."""
    alpha_BL, after = logits_BTL[:, 0], Transitions(A_LL)
    for t in range(1, logits_BTL.shape[1]):
        next_BL = after.sum(alpha_BL) + logits_BTL[:, t]
        alpha_BL = torch.where(real_BT[:, t, None], next_BL, alpha_BL)
    return torch.logsumexp(alpha_BL, dim=-1)


class Transitions:
    """Sums over the previous label, log Σ_i exp(a_i + A_ij), as matrix products: no L² numbers for each sequence."""

    def __init__(self, A_LL: Tensor) -> None:
        self._top = A_LL.detach().max()
        self._E_LL = (A_LL - self._top).exp()

    def sum(self, a_BL: Tensor) -> Tensor:
        """log Σ_i exp(a_i + A_ij) for each j."""
        top_B1 = a_BL.detach().amax(-1, keepdim=True)
        dtype = torch.promote_types(a_BL.dtype, self._E_LL.dtype)
        with without_autocast(a_BL):
            sum_BL = (a_BL - top_B1).exp().to(dtype) @ self._E_LL.to(dtype)
        return sum_BL.clamp(min=torch.finfo(sum_BL.dtype).tiny).log() + top_B1 + self._top


def label_score(logits_BTL: Tensor, A_LL: Tensor, y_BT: Tensor, real_BT: Tensor) -> Tensor:
    """log Σ over the label sequences that agree with y_BT; a negative y_t agrees with every label."""
    L = logits_BTL.shape[-1]
    other_BTL = torch.arange(L, device=y_BT.device) != y_BT[:, :, None]
    forbidden_BTL = other_BTL & (y_BT >= 0)[:, :, None]
    return log_partition(logits_BTL.masked_fill(forbidden_BTL, -1e4), A_LL, real_BT)


def viterbi(logits_BTL: Tensor, A_LL: Tensor) -> Tensor:
    """The label sequences y_BT with the highest score, without padding."""
    best_BL = logits_BTL[:, 0]
    came_from = []
    for t in range(1, logits_BTL.shape[1]):
        score_BL, from_BL = (best_BL[:, :, None] + A_LL).max(dim=1)
        best_BL = score_BL + logits_BTL[:, t]
        came_from.append(from_BL)
    y_B = best_BL.argmax(-1)
    path = [y_B]
    for from_BL in reversed(came_from):
        y_B = from_BL.gather(1, y_B[:, None])[:, 0]
        path.append(y_B)
    return torch.stack(path[::-1], dim=1)


def marginals(logits_BTL: Tensor, A_LL: Tensor) -> Tensor:
    """Marginals P(y_t | x)_BTL by forward-backward, without padding."""
    alpha_BL, after, before = logits_BTL[:, 0], Transitions(A_LL), Transitions(A_LL.T)
    alphas = [alpha_BL]
    for t in range(1, logits_BTL.shape[1]):
        alpha_BL = after.sum(alpha_BL) + logits_BTL[:, t]
        alphas.append(alpha_BL)
    beta_BL = torch.zeros_like(alpha_BL)
    betas = [beta_BL]
    for t in range(logits_BTL.shape[1] - 1, 0, -1):
        beta_BL = before.sum(logits_BTL[:, t] + beta_BL)
        betas.append(beta_BL)
    return torch.softmax(torch.stack(alphas, dim=1) + torch.stack(betas[::-1], dim=1), dim=-1)
