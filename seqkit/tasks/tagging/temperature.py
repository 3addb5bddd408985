"""Temperature scaling (Guo et al. 2017): one number for each kind of label, fitted on dev."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor

from seqkit.examples import Sentence
from seqkit.models.tagger import Tagger
from seqkit.nn.heads import IGNORE, CRFHead, SoftmaxHead
from seqkit.nn.placement import placed_for
from seqkit.training.batches import length_buckets

LOWEST, HIGHEST, ROUNDS = 0.05, 20.0, 60
LIKE_NEW = 50
"""Strength of the prior on a temperature near 1, in dev words."""


@torch.inference_mode()
def calibrate(model: Tagger, dev: Sequence[Sentence]) -> None:
    """Set the temperature of each head so that the likelihood of dev is highest; that of a CRF stays 1."""
    if not dev:
        return
    model.eval()
    logits: dict[str, list[Tensor]] = {kind: [] for kind in model.heads}
    targets: dict[str, list[Tensor]] = {kind: [] for kind in model.heads}
    for members in length_buckets([len(sentence.words) for sentence in dev], 4000, seed=0, epoch=0):
        batch = placed_for(model, model.collate([dev[member] for member in members]))
        for kind, logits_BTL in model(batch).items():
            real_BT = batch.targets[kind] != IGNORE
            if real_BT.any():
                logits[kind].append(logits_BTL[real_BT])
                targets[kind].append(batch.targets[kind][real_BT])
    for kind, head in model.heads.items():
        if targets[kind] and not isinstance(head, CRFHead):
            temperature = best_temperature(torch.cat(logits[kind]), torch.cat(targets[kind]))
            cast(SoftmaxHead, head).temperature.fill_(temperature)


def best_temperature(logits_NL: Tensor, y_N: Tensor) -> float:
    """The temperature of highest likelihood, and near 1 where few words speak: of a few that are all right, the
    likelihood alone would make certainties. In 1/T the loss is convex, so a golden-section search finds it.
    """
    golden = (5**0.5 - 1) / 2
    low, high = 1 / HIGHEST, 1 / LOWEST
    for _ in range(ROUNDS):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if _loss(logits_NL, y_N, left) < _loss(logits_NL, y_N, right):
            high = right
        else:
            low = left
    return 2 / (low + high)


def _loss(logits_NL: Tensor, y_N: Tensor, scale: float) -> float:
    """-Σ log P(y) for logits times `scale`, 1/T, and what it costs to be far from 1."""
    nll = float(F.cross_entropy(logits_NL * scale, y_N, reduction="sum"))
    return nll + LIKE_NEW * (scale - 1) ** 2 / 2
