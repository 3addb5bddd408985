"""Cross-entropy of a large softmax in chunks of steps, so that the logits of a batch are never all in memory.

Shapes: N steps, H features of o, V symbols.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from torch.utils.checkpoint import checkpoint

from seqkit.nn.affine import affine, product
from seqkit.nn.placement import on_host, under_autocast, without_autocast

STEPS_AT_ONCE = 512


class SoftmaxLoss(NamedTuple):
    """Sums over the steps."""

    smooth: Tensor
    """With label smoothing; this one is differentiable."""
    nll: Tensor
    """Negative log-likelihood."""
    right: Tensor
    """Steps at which no symbol is more probable than the gold one."""


class _Chunked(torch.autograd.Function):
    """Loss and gradient in one pass, because the gradient follows from the probabilities.

    With p = softmax(V o + b) and the smoothed target q: loss = -Σ q log p, d loss / d logits = p - q.
    """

    @staticmethod
    def forward(
        context: Any,
        o_NH: Tensor,
        V_VH: Tensor,
        b_V: Tensor,
        y_N: Tensor,
        smoothing: float,
        precision: torch.dtype,
        wanted: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        d_o = torch.empty_like(o_NH) if wanted else None
        d_V = torch.zeros_like(V_VH) if wanted else None
        d_b = torch.zeros_like(b_V) if wanted else None
        smooth, nll, right = o_NH.new_zeros(()), o_NH.new_zeros(()), o_NH.new_zeros((), dtype=torch.long)
        share = smoothing / len(b_V)
        low_V_VH = V_VH.to(precision)
        low_V_HV = low_V_VH.T.contiguous() if wanted else None
        for start in range(0, len(y_N), STEPS_AT_ONCE):
            part = slice(start, start + STEPS_AT_ONCE)
            o_CH, y_C1 = o_NH[part].to(precision), y_N[part, None]
            real_C1 = None if on_host(y_N) else y_C1 >= 0
            y_C1 = y_C1 if real_C1 is None else y_C1.clamp(min=0)
            z_CV = affine(o_CH, low_V_VH).to(b_V.dtype).add_(b_V)
            p_CV = z_CV.softmax(dim=-1)
            # log p = z - lse. The largest p is at least 1 / V, so its logarithm does not underflow.
            highest_C = z_CV.amax(-1)
            lse_C = highest_C - p_CV.amax(-1).log_()
            z_y_C = z_CV.gather(1, y_C1)[:, 0]
            right_C = z_y_C == highest_C
            if real_C1 is not None:
                # Steps without a target count for nothing: their part of each sum is 0.
                real_C, right_C = real_C1[:, 0], right_C & real_C1[:, 0]
                z_CV, lse_C, z_y_C = z_CV * real_C1, lse_C * real_C, z_y_C * real_C
            nll_C = lse_C - z_y_C
            nll += nll_C.sum()
            smooth += (1 - smoothing) * nll_C.sum() - share * (z_CV.sum() - len(b_V) * lse_C.sum())
            right += right_C.sum()
            if d_o is not None and d_V is not None and d_b is not None and low_V_HV is not None:
                d_CV = p_CV.sub_(share)
                d_CV.scatter_add_(1, y_C1, d_CV.new_full(y_C1.shape, smoothing - 1))
                d_CV = d_CV if real_C1 is None else d_CV.mul_(real_C1)
                d_b += d_CV.sum(0)
                d_CV = d_CV.to(precision)
                d_o[part] = affine(d_CV, low_V_HV)
                d_V += product(d_CV.T, o_CH.T)
        if wanted:
            context.save_for_backward(d_o, d_V, d_b)
        context.mark_non_differentiable(nll, right)
        return smooth, nll, right

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        d_o, d_V, d_b = context.saved_tensors
        scale = gradients[0]
        return d_o * scale, d_V * scale, d_b * scale, None, None, None, None


def chunked_cross_entropy(
    o_NH: Tensor, V_VH: Tensor, b_V: Tensor, y_N: Tensor, label_smoothing: float = 0.0
) -> SoftmaxLoss:
    """-Σ_n Σ_v q_nv log softmax(V o_n + b)_v, where q distributes `label_smoothing` evenly over all symbols.

    On an accelerator, steps with the target -1 are left out: see `seqkit.nn.placement.steps_with_target`.
    """
    # Under autocast, matrix products use its dtype; the softmax and all sums use the dtype of the weights.
    precision = torch.get_autocast_dtype(o_NH.device.type) if under_autocast(o_NH) else V_VH.dtype
    # `forward` cannot see whether a gradient will be needed; on dev none is.
    wanted = torch.is_grad_enabled()
    with without_autocast(o_NH):
        smooth, nll, right = cast(
            tuple[Tensor, Tensor, Tensor],
            _Chunked.apply(o_NH.to(V_VH.dtype), V_VH, b_V, y_N, label_smoothing, precision, wanted),
        )
    return SoftmaxLoss(smooth, nll, right)


def symbol_log_probs(o_NH: Tensor, V_VH: Tensor, b_V: Tensor, y_N: Tensor) -> Tensor:
    """log softmax(V o_n + b)_{y_n} of each step, (N,), in chunks; the gradient computes their logits again."""
    parts = zip(o_NH.split(STEPS_AT_ONCE), y_N.split(STEPS_AT_ONCE), strict=True)
    found = [
        checkpoint(_log_p, o_CH, V_VH, b_V, y_C, use_reentrant=False, preserve_rng_state=False)
        for o_CH, y_C in parts
    ]
    log_p_N: Tensor = torch.cat(found)
    return log_p_N


def _log_p(o_CH: Tensor, V_VH: Tensor, b_V: Tensor, y_C: Tensor) -> Tensor:
    return -cross_entropy(affine(o_CH, V_VH, b_V).to(V_VH.dtype), y_C, reduction="none")


def log_probs(o_NH: Tensor, V_VH: Tensor, b_V: Tensor) -> Tensor:
    """log softmax(V o + b) of all symbols, (N, V)."""
    return affine(o_NH, V_VH, b_V).to(V_VH.dtype).log_softmax(dim=-1)
