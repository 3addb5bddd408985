"""The loss of R-Drop and its gradient in one pass over the log-probabilities, in chunks that stay in the cache.

With q the smoothed target, a and b the log-probabilities of two passes and p = exp(·) (Liang et al. 2021, eq. 4):

    loss = -Σ q (a + b) / 2 + α / 4 Σ (p_a - p_b)(a - b)
    d loss / d a = -q / 2 + α / 4 (p_a (a - b) + p_a - p_b)

Autograd would keep and read about thirty tensors of the size of a and b, which takes most of the time of an update if
there are thousands of symbols.

Shapes: N steps (C in a chunk), V symbols.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor

STEPS_AT_ONCE = 64


class _RDropLoss(torch.autograd.Function):
    @staticmethod
    def forward(
        context: Any, a_NV: Tensor, b_NV: Tensor, y_N: Tensor, smoothing: float, alpha: float
    ) -> Tensor:
        total, share = a_NV.new_zeros(()), smoothing / a_NV.shape[1]
        d_a_NV, d_b_NV = torch.empty_like(a_NV), torch.empty_like(b_NV)
        for start in range(0, len(y_N), STEPS_AT_ONCE):
            part = slice(start, start + STEPS_AT_ONCE)
            a_CV, b_CV, y_C1 = a_NV[part], b_NV[part], y_N[part, None]
            p_a_CV, p_b_CV, apart_CV = a_CV.exp(), b_CV.exp(), a_CV - b_CV
            both_CV = p_a_CV - p_b_CV
            right = a_CV.gather(1, y_C1).sum() + b_CV.gather(1, y_C1).sum()
            every = a_CV.sum() + b_CV.sum()
            total -= (1 - smoothing) / 2 * right + share / 2 * every
            total += alpha / 4 * (both_CV * apart_CV).sum()
            for d_NV, p_CV, sign in ((d_a_NV, p_a_CV, 1.0), (d_b_NV, p_b_CV, -1.0)):
                d_CV = p_CV.mul_(apart_CV).add_(both_CV).mul_(sign * alpha / 4).sub_(share / 2)
                d_NV[part] = d_CV.scatter_add_(1, y_C1, d_CV.new_full(y_C1.shape, (smoothing - 1) / 2))
        context.save_for_backward(d_a_NV, d_b_NV)
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_a_NV, d_b_NV = context.saved_tensors
        return d_a_NV * gradients[0], d_b_NV * gradients[0], None, None, None


def r_drop_loss(a_NV: Tensor, b_NV: Tensor, y_N: Tensor, smoothing: float, alpha: float) -> Tensor:
    """The loss, summed over steps, of the log-probabilities of two passes."""
    return cast(Tensor, _RDropLoss.apply(a_NV, b_NV, y_N, smoothing, alpha))
