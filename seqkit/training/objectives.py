"""Losses. A model gives logits; what is minimised is decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from seqkit.models.tagger import IGNORE


class Loss(NamedTuple):
    """What one batch gives: the loss to minimise, and counts for the progress line."""

    mean: Tensor
    """Per step, with label smoothing: its gradient is followed."""
    nll: float
    """Negative log-likelihood summed over sentences and steps, every kind of label."""
    right: int
    """Steps whose first kind of label is right."""
    steps: int


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
        flat_NL, y_N = flat_NL[real], y_N[real]
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
