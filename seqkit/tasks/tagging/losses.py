"""Losses of taggers, from logits and labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from seqkit.models.contracts import Loss
from seqkit.nn.heads import IGNORE, CRFHead
from seqkit.nn.recurrent import mask_of


def tagging_nll(
    logits: Mapping[str, Tensor], targets: Mapping[str, Tensor], label_smoothing: float = 0.0
) -> Loss:
    """-Σ log P(y_t | x), summed over sentences, time steps and kinds of label; `mean` divides by the steps.

    Args: kind -> logits_BTL, kind -> y_BT with IGNORE at padding and unlabelled steps.
    """
    mean, nll, right, steps = None, 0.0, 0, 0
    for number, (kind, logits_BTL) in enumerate(logits.items()):
        flat_NL, y_N = logits_BTL.flatten(0, 1), targets[kind].flatten()
        real = y_N != IGNORE
        flat_NL, y_N = in_float32(flat_NL[real]), y_N[real]
        log_p_NL = F.log_softmax(flat_NL, dim=-1)
        nll_N = -log_p_NL.gather(1, y_N[:, None])[:, 0]
        smooth_N = (1 - label_smoothing) * nll_N - label_smoothing * log_p_NL.mean(-1)
        part = smooth_N.sum() / max(len(y_N), 1)
        mean = part if mean is None else mean + part
        nll += float(nll_N.detach().sum())
        if number == 0:
            right, steps = int((flat_NL.argmax(-1) == y_N).sum()), len(y_N)
    assert mean is not None
    return Loss(mean, nll, right, steps)


def in_float32(logits: Tensor) -> Tensor:
    """autocast gives logits in bfloat16, and would leave the softmax and all sums in it."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


def with_crf(
    loss: Loss,
    heads: Mapping[str, Any],
    logits: Mapping[str, Tensor],
    batch: Any,
    label_smoothing: float = 0.0,
) -> Loss:
    """The loss with the part of each kind that has a CRF replaced: -Σ log P(y_1:T | x), a sentence at once.

    A CRF has no label smoothing. Args: loss, that of `tagging_nll` with the same logits and smoothing.
    """
    for kind, head in heads.items():
        if isinstance(head, CRFHead):
            logits_BTL, y_BT = in_float32(logits[kind]), batch.targets[kind]
            alone = tagging_nll({kind: logits_BTL}, {kind: y_BT}, label_smoothing)
            real_BT = mask_of(batch.lengths_B, y_BT.shape[1])
            nll = head.nll(logits_BTL, y_BT, real_BT).sum()
            mean = loss.mean - alone.mean + nll / max(int((y_BT != IGNORE).sum()), 1)
            loss = loss._replace(mean=mean, nll=loss.nll - alone.nll + float(nll.detach()))
    return loss


def distilled_nll(
    logits: Mapping[str, Tensor],
    targets: Mapping[str, Tensor],
    soft: Mapping[str, Tensor],
    weight: float,
    label_smoothing: float = 0.0,
) -> Loss:
    """As `tagging_nll`, with a share `weight` of the loss taken from teachers: - Σ_y p_teacher(y) log P(y | x).

    A step without a label has the teachers' part alone, a kind of label that they do not know its gold labels alone.
    Args: soft, kind -> p_BTL, all 0 at padding.
    """
    parts = [
        _taught_nll(logits_BTL, targets[kind], soft[kind], weight, label_smoothing)
        if kind in soft
        else tagging_nll({kind: logits_BTL}, {kind: targets[kind]}, label_smoothing).mean
        for kind, logits_BTL in logits.items()
    ]
    return tagging_nll(logits, targets, label_smoothing)._replace(mean=torch.stack(parts).sum())


def _taught_nll(
    logits_BTL: Tensor, y_BT: Tensor, p_BTL: Tensor, weight: float, label_smoothing: float
) -> Tensor:
    """Of one kind of label, the mean of the steps that teachers speak of."""
    real_BT = p_BTL.sum(-1) > 0
    log_p_NL = F.log_softmax(in_float32(logits_BTL[real_BT]), dim=-1)
    p_NL, y_N = p_BTL[real_BT], y_BT[real_BT]
    teachers_N = -(p_NL * log_p_NL).sum(-1)
    labelled_N = (y_N != IGNORE).to(log_p_NL.dtype)
    nll_N = -log_p_NL.gather(1, y_N.clamp(min=0)[:, None])[:, 0]
    gold_N = (1 - label_smoothing) * nll_N - label_smoothing * log_p_NL.mean(-1)
    both_N = torch.lerp(gold_N, teachers_N, weight)
    return torch.where(labelled_N > 0, both_N, teachers_N).mean()
