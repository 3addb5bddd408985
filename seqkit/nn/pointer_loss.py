"""Cross-entropy of a pointer-generator in chunks of steps, as `seqkit.nn.cross_entropy` for a softmax.

With log P of `seqkit.nn.pointer` and the smoothed target q: loss = -Σ_v q_v log P(v). Copying changes log P at the
symbols of the source alone, so of the V logits only these, the target's and their sum take part in the mixture.

Shapes: N steps (C in a chunk), S source steps, H features of o, V symbols.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from seqkit.nn.affine import affine, product
from seqkit.nn.cross_entropy import STEPS_AT_ONCE, SoftmaxLoss
from seqkit.nn.pointer import Copies, copy_gain, log_mixture


class _Terms(NamedTuple):
    """Intermediate results of the loss of a chunk, p = softmax(V o + b)."""

    log_p_y_C: Tensor
    sum_C: Tensor
    """Σ_v log p(v)."""
    log_p_CS: Tensor
    """log p of each source symbol."""
    gate_C: Tensor
    c_CS: Tensor
    c_y_C: Tensor
    """The attention on the target."""


def _losses(t: _Terms, first_CS: Tensor, smoothing: float, symbols: int) -> tuple[Tensor, Tensor, Tensor]:
    """-Σ_v q_v log P(v) and -log P(y) of each step, and log P of its most probable source symbol."""
    nll_C = -log_mixture(t.log_p_y_C, t.gate_C, t.c_y_C)
    gate_CS = t.gate_C[:, None].expand_as(t.c_CS)
    gain_CS = copy_gain(t.log_p_CS, gate_CS, t.c_CS, first_CS)
    sum_C = symbols * logsigmoid(t.gate_C) + t.sum_C + gain_CS.sum(-1)
    log_P_CS = (t.log_p_CS + logsigmoid(gate_CS) + gain_CS).masked_fill(~first_CS, -torch.inf)
    return (1 - smoothing) * nll_C - smoothing / symbols * sum_C, nll_C.detach(), log_P_CS.detach().amax(-1)


class _Chunked(torch.autograd.Function):
    """Loss and gradient in one pass: the small graph of `_losses` gives the gradient for the logits."""

    @staticmethod
    def forward(
        context: Any,
        o_NH: Tensor,
        V_VH: Tensor,
        b_V: Tensor,
        gate_N: Tensor,
        c_NS: Tensor,
        c_y_N: Tensor,
        symbols_NS: Tensor,
        first_NS: Tensor,
        y_N: Tensor,
        smoothing: float,
        precision: torch.dtype,
        wanted: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        inputs = (o_NH, V_VH, b_V, gate_N, c_NS, c_y_N)
        gradients = [torch.zeros_like(one) for one in inputs] if wanted else []
        smooth, nll, right = o_NH.new_zeros(()), o_NH.new_zeros(()), o_NH.new_zeros((), dtype=torch.long)
        low_V_VH = V_VH.to(precision)
        low_V_HV = low_V_VH.T.contiguous() if wanted else None
        for start in range(0, len(y_N), STEPS_AT_ONCE):
            part = slice(start, start + STEPS_AT_ONCE)
            o_CH, y_C1, symbols_CS = o_NH[part].to(precision), y_N[part, None], symbols_NS[part]
            z_CV = affine(o_CH, low_V_VH).to(b_V.dtype).add_(b_V)
            p_CV = z_CV.softmax(dim=-1)
            # log p = z - lse. The largest p is at least 1 / V, so its logarithm does not underflow.
            highest_C = z_CV.amax(-1)
            lse_C = highest_C - p_CV.amax(-1).log_()
            terms = (
                z_CV.gather(1, y_C1)[:, 0] - lse_C,
                z_CV.sum(-1) - len(b_V) * lse_C,
                z_CV.gather(1, symbols_CS) - lse_C[:, None],
                *(one[part] for one in (gate_N, c_NS, c_y_N)),
            )
            with torch.set_grad_enabled(wanted):
                leaves = _Terms(*(one.detach().requires_grad_(wanted) for one in terms))
                smooth_C, nll_C, copied_C = _losses(leaves, first_NS[part], smoothing, len(b_V))
            smooth, nll = smooth + smooth_C.detach().sum(), nll + nll_C.sum()
            written_C = highest_C - lse_C + logsigmoid(gate_N[part])
            right += (-nll_C >= torch.maximum(written_C, copied_C) - 1e-6).sum()
            if low_V_HV is None:
                continue
            d_y_C, d_sum_C, d_CS, d_gate_C, d_c_CS, d_c_y_C = torch.autograd.grad(
                smooth_C, leaves, torch.ones_like(smooth_C)
            )
            # d log p(v) / d z = 1[v] - p
            d_CV = p_CV.mul_(-(d_y_C + len(b_V) * d_sum_C + d_CS.sum(-1))[:, None]).add_(d_sum_C[:, None])
            d_CV.scatter_add_(1, y_C1, d_y_C[:, None]).scatter_add_(1, symbols_CS, d_CS)
            gradients[2] += d_CV.sum(0)
            d_CV = d_CV.to(precision)
            gradients[0][part] = affine(d_CV, low_V_HV)
            gradients[1] += product(d_CV.T, o_CH.T)
            gradients[3][part], gradients[4][part], gradients[5][part] = d_gate_C, d_c_CS, d_c_y_C
        if wanted:
            context.save_for_backward(*gradients)
        context.mark_non_differentiable(nll, right)
        return smooth, nll, right

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        scale = gradients[0]
        return (*(one * scale for one in context.saved_tensors), *[None] * 6)


def pointer_cross_entropy(
    o_NH: Tensor, V_VH: Tensor, b_V: Tensor, copies: Copies, y_N: Tensor, label_smoothing: float = 0.0
) -> SoftmaxLoss:
    """-Σ_n Σ_v q_nv log P_n(v), where q distributes `label_smoothing` evenly over all symbols."""
    kind = o_NH.device.type
    precision = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else V_VH.dtype
    wanted = torch.is_grad_enabled()
    with torch.autocast(kind, enabled=False):
        parts = (copies.gate_N, copies.c_NS, copies.of(y_N), copies.symbols_NS, copies.first_NS, y_N)
        smooth, nll, right = cast(
            tuple[Tensor, Tensor, Tensor],
            _Chunked.apply(o_NH.to(V_VH.dtype), V_VH, b_V, *parts, label_smoothing, precision, wanted),
        )
    return SoftmaxLoss(smooth, nll, right)
