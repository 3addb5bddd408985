"""Calibration of probabilities: expected calibration error before and after temperature scaling (Guo et al. 2017)."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from seqkit.examples import NO_LABEL, Sentence
from seqkit.labels.kinds import is_label
from seqkit.nn.heads import IGNORE
from seqkit.nn.placement import placed_for

BINS = 15
BATCH_WORDS = 4000


@dataclass(frozen=True)
class Reliability:
    """Distance between the probabilities of predicted labels and their accuracy; 0 is best."""

    ece: float
    """ECE over bins of equal width (Guo et al. 2017, eq. 3)."""
    adaptive_ece: float
    """ECE over bins with equal numbers of words (Nguyen & O'Connor 2015)."""
    nll: float | None
    """Mean of -log P(gold label) in nats, over words whose gold label the model knows; None if there are none."""


@dataclass(frozen=True)
class Calibration:
    """Reliability of one kind of label, without and with temperature scaling."""

    kind: str
    words: int
    temperature: float
    before: Reliability
    after: Reliability


def expected_calibration_error(p_N: np.ndarray, right_N: np.ndarray, bins: int = BINS) -> float:
    """ECE = Σ_m |B_m|/N · |accuracy(B_m) - mean p(B_m)|, with B_m the words whose p lies in ((m-1)/M, m/M].

    Args: p_N, the probability of each predicted label; right_N, whether it is right. Returns 0 for no words.
    """
    bin_N = np.clip(np.ceil(p_N * bins).astype(int) - 1, 0, bins - 1)
    gap_M = np.bincount(bin_N, weights=right_N - p_N, minlength=bins)
    return float(np.abs(gap_M).sum() / max(len(p_N), 1))


def adaptive_calibration_error(p_N: np.ndarray, right_N: np.ndarray, bins: int = BINS) -> float:
    """As `expected_calibration_error`, with bins of equal size after sorting by p."""
    gap_N = (right_N - p_N)[np.argsort(p_N, kind="stable")]
    return float(sum(abs(part.sum()) for part in np.array_split(gap_N, bins)) / max(len(p_N), 1))


@torch.no_grad()
def measure_calibration(model: Any, gold: Sequence[Sentence], kinds: Sequence[str]) -> list[Calibration]:
    """Measure the calibration of a tagger on gold words, for each kind of label.

    A gold label that the model does not know counts as an error; words without UPOS are excluded.
    """
    was_training = model.training
    model.eval()
    heads = {kind: _on_cpu(model.heads[kind]) for kind in kinds}
    parts: dict[str, list[_Part]] = {kind: [] for kind in kinds}
    for sentences in _equal_lengths(gold):
        batch = model.collate(sentences)
        logits = model(placed_for(model, batch))
        for kind in kinds:
            kept_BT = _labelled(sentences, kind)
            parts[kind].append(_part(heads[kind], logits[kind].cpu(), batch.targets[kind], kept_BT))
    model.train(was_training)
    return [_calibration(kind, parts[kind], float(model.heads[kind].temperature)) for kind in kinds]


def _on_cpu(head: Any) -> tuple[Any, Any]:
    """Copies of a head on the CPU, without and with its temperature."""
    plain, scaled = copy.deepcopy(head).cpu(), copy.deepcopy(head).cpu()
    plain.temperature.fill_(1)
    return plain, scaled


def _equal_lengths(gold: Sequence[Sentence]) -> Iterator[list[Sentence]]:
    """Batches without padding, which a CRF would treat as words."""
    for length, group in groupby(sorted(gold, key=lambda s: len(s.words)), key=lambda s: len(s.words)):
        members, size = list(group), max(1, BATCH_WORDS // max(length, 1))
        yield from (members[start : start + size] for start in range(0, len(members), size))


def _labelled(sentences: Sequence[Sentence], kind: str) -> Tensor:
    """Mask of the words of a batch that have a label."""
    unlabelled = [NO_LABEL] * len(sentences[0].words)
    rows = [sentence.labels.get(kind, unlabelled) for sentence in sentences]
    has_kind = [kind in sentence.labels for sentence in sentences]
    return torch.tensor(
        [[has and is_label(kind, label) for label in row] for has, row in zip(has_kind, rows, strict=True)]
    )


class _Part(NamedTuple):
    """p, whether right, and P(gold) of the words of a batch, without and with temperature."""

    p_2N: np.ndarray
    right_N: np.ndarray
    gold_2N: np.ndarray


def _part(heads: tuple[Any, Any], logits_BTL: Tensor, y_BT: Tensor, kept_BT: Tensor) -> _Part:
    guess_BT = heads[1].best(logits_BTL)
    p_2NL = torch.stack([head.probabilities(logits_BTL.double())[kept_BT] for head in heads])
    guess_N, y_N = guess_BT[kept_BT], y_BT[kept_BT]
    p_2N = p_2NL[:, torch.arange(len(y_N)), guess_N]
    known_N = y_N != IGNORE
    gold_2N = p_2NL[:, known_N, y_N[known_N]]
    return _Part(p_2N.numpy(), (guess_N == y_N).numpy(), gold_2N.numpy())


def _calibration(kind: str, parts: Sequence[_Part], temperature: float) -> Calibration:
    p_2N, right_N, gold_2N = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
    before, after = (_reliability(p_N, right_N, gold_N) for p_N, gold_N in zip(p_2N, gold_2N, strict=True))
    return Calibration(kind, len(right_N), temperature, before, after)


def _reliability(p_N: np.ndarray, right_N: np.ndarray, gold_N: np.ndarray) -> Reliability:
    ece, adaptive = (
        error(p_N, right_N) for error in (expected_calibration_error, adaptive_calibration_error)
    )
    losses_N = -np.log(np.maximum(gold_N, np.finfo(float).tiny))
    return Reliability(ece, adaptive, float(losses_N.mean()) if len(losses_N) else None)
