"""The linear-chain CRF: sums and maxima over all label sequences, by dynamic programming.

Shapes: B sequences, T steps, L labels; A_LL[i, j] scores label j after label i. Padding stands on the right.
"""

from __future__ import annotations

import torch
from torch import Tensor


def log_partition(logits_BTL: Tensor, A_LL: Tensor, real_BT: Tensor) -> Tensor:
    """log Z_B = log Σ_y exp Σ_t (logits_t[y_t] + A[y_{t-1}, y_t]); real_BT is True where a step counts."""
    alpha_BL = logits_BTL[:, 0]
    for t in range(1, logits_BTL.shape[1]):
        next_BL = torch.logsumexp(alpha_BL[:, :, None] + A_LL, dim=1) + logits_BTL[:, t]
        alpha_BL = torch.where(real_BT[:, t, None], next_BL, alpha_BL)
    return torch.logsumexp(alpha_BL, dim=-1)


def label_score(logits_BTL: Tensor, A_LL: Tensor, y_BT: Tensor, real_BT: Tensor) -> Tensor:
    """log Σ over the label sequences that agree with y_BT; a negative y_t agrees with every label."""
    L = logits_BTL.shape[-1]
    other_BTL = torch.arange(L, device=y_BT.device) != y_BT[:, :, None]
    forbidden_BTL = other_BTL & (y_BT >= 0)[:, :, None]
    return log_partition(logits_BTL.masked_fill(forbidden_BTL, -1e4), A_LL, real_BT)


def viterbi(logits_BTL: Tensor, A_LL: Tensor) -> Tensor:
    """y_BT of the highest score; no padding."""
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
    """P(y_t | x)_BTL, by the forward and the backward sums; no padding."""
    alpha_BL = logits_BTL[:, 0]
    alphas = [alpha_BL]
    for t in range(1, logits_BTL.shape[1]):
        alpha_BL = torch.logsumexp(alpha_BL[:, :, None] + A_LL, dim=1) + logits_BTL[:, t]
        alphas.append(alpha_BL)
    beta_BL = torch.zeros_like(alpha_BL)
    betas = [beta_BL]
    for t in range(logits_BTL.shape[1] - 1, 0, -1):
        beta_BL = torch.logsumexp(A_LL + (logits_BTL[:, t] + beta_BL)[:, None, :], dim=2)
        betas.append(beta_BL)
    return torch.softmax(torch.stack(alphas, dim=1) + torch.stack(betas[::-1], dim=1), dim=-1)
