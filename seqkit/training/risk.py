"""The expected cost of whole outputs. Shapes: B examples, K outputs of each."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from seqkit.evaluation.corpus_metric import metric_of
from seqkit.extend.manager import registry

SCALE = 100.0
"""Assumed maximum of sentence metrics; the minimum is 0."""


def sentence_costs(name: str, texts: Sequence[Sequence[str]], references: Sequence[str]) -> Tensor:
    """The cost of each output, (B, K): its score by a registered metric over 100, or 1 minus it if higher is better.

    Raises SeqkitError for an unknown metric.
    """
    metric, spec = metric_of(name), registry().find("metrics", name)
    known: dict[tuple[str, str], float] = {}
    for own, reference in zip(texts, references, strict=True):
        for text in own:
            if (text, reference) not in known:
                known[text, reference] = metric.sentence_score(text, reference) / SCALE
    cost_BK = torch.tensor(
        [[known[text, reference] for text in own] for own, reference in zip(texts, references, strict=True)]
    )
    return 1 - cost_BK if spec.higher_is_better else cost_BK


def expected_cost(
    log_p_BK: Tensor, cost_BK: Tensor, texts: Sequence[Sequence[str]], sharpness: float
) -> Tensor:
    """Σ_k Q(y_k) cost(y_k) of each example, (B,), with Q(y_k) ∝ P(y_k)^sharpness over its distinct outputs."""
    again = [[text in own[:k] for k, text in enumerate(own)] for own in texts]
    again_BK = torch.tensor(again, device=log_p_BK.device)
    q_BK = (sharpness * log_p_BK).masked_fill(again_BK, -torch.inf).softmax(-1)
    return (q_BK * cost_BK.to(q_BK)).sum(-1)
