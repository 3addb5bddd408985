"""Losses of taggers, from logits and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from seqkit.models.contracts import Counts, Loss
from seqkit.nn.heads import IGNORE, in_float32
from seqkit.nn.placement import widened
from seqkit.nn.recurrent import mask_of


def tagging_loss(
    heads: Mapping[str, Any],
    logits: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    lengths_B: Tensor,
    label_smoothing: float = 0.0,
) -> Loss:
    """-Σ log P(y | x), summed over sentences, time steps and kinds of label; each head computes its own part.

    The weight is the number of steps that have a label of some kind; right predictions are counted of the first kind.
    Args: kind -> `seqkit.nn.heads.SoftmaxHead`, logits_BTL and y_BT with IGNORE at padding and unlabelled steps.
    """
    real_BT = _real(targets, lengths_B)
    parts = {
        kind: heads[kind].loss(logits_BTL, targets[kind], real_BT, label_smoothing)
        for kind, logits_BTL in logits.items()
    }
    return _loss(
        [smooth for smooth, _ in parts.values()], [nll for _, nll in parts.values()], logits, targets
    )


def distilled_loss(
    heads: Mapping[str, Any],
    logits: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    lengths_B: Tensor,
    soft: Mapping[str, Tensor],
    teacher_weight: float,
    label_smoothing: float = 0.0,
) -> Loss:
    """As `tagging_loss`, with a share of the loss taken from teachers: - Σ_y p_teacher(y) log P(y | x).

    A step without a label has the teachers' part alone, a kind of label that they do not know its gold labels alone.
    Args: soft, kind -> p_BTL, all 0 where the teachers say nothing.
    """
    real_BT = _real(targets, lengths_B)
    gold = {
        kind: heads[kind].loss(logits_BTL, targets[kind], real_BT, label_smoothing)
        for kind, logits_BTL in logits.items()
    }
    both = [
        _taught(logits[kind], targets[kind], soft[kind], teacher_weight, label_smoothing)
        if kind in soft
        else smooth
        for kind, (smooth, _) in gold.items()
    ]
    taught_BT = torch.stack([p_BTL.sum(-1) > 0 for p_BTL in soft.values()]).any(0)
    return _loss(both, [nll for _, nll in gold.values()], logits, targets, taught_BT)


def _taught(
    logits_BTL: Tensor, y_BT: Tensor, p_BTL: Tensor, teacher_weight: float, label_smoothing: float
) -> Tensor:
    """Of one kind of label, the sum over the steps that teachers speak of."""
    real_BT = p_BTL.sum(-1) > 0
    log_p_NL = F.log_softmax(in_float32(logits_BTL[real_BT]), dim=-1)
    p_NL, y_N = p_BTL[real_BT], y_BT[real_BT]
    teachers_N = -(p_NL * log_p_NL).sum(-1)
    labelled_N = (y_N != IGNORE).to(log_p_NL.dtype)
    nll_N = -log_p_NL.gather(1, y_N.clamp(min=0)[:, None])[:, 0]
    gold_N = (1 - label_smoothing) * nll_N - label_smoothing * log_p_NL.mean(-1)
    both_N = torch.lerp(gold_N, teachers_N, teacher_weight)
    return torch.where(labelled_N > 0, both_N, teachers_N).sum()


def _real(targets: Mapping[str, Tensor], lengths_B: Tensor) -> Tensor:
    """Which steps are words, not padding, (B, T)."""
    steps = next(iter(targets.values())).shape[1]
    return mask_of(lengths_B, steps)


def _loss(
    totals: list[Tensor],
    nlls: list[Tensor],
    logits: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    taught_BT: Tensor | None = None,
) -> Loss:
    """The parts of all kinds as one loss."""
    labelled_KBT = torch.stack([targets[kind] != IGNORE for kind in logits])
    learnt_BT = labelled_KBT.any(0) if taught_BT is None else labelled_KBT.any(0) | taught_BT
    first = next(iter(logits))
    right = (logits[first].argmax(-1) == targets[first]) & labelled_KBT[0]
    nll = torch.stack([widened(nll) for nll in nlls]).sum()
    counts = Counts.of(nll, right.sum(), labelled_KBT[0].sum())
    return Loss(torch.stack(totals).sum(), learnt_BT.sum(), counts)
