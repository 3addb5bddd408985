"""Are the probabilities true? Expected calibration error before and after temperature scaling (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from seqkit.formats.examples import Sentence, is_label
from seqkit.models.tagger import IGNORE
from seqkit.training.batches import length_buckets

BINS = 15
BATCH_WORDS = 4000


@dataclass(frozen=True)
class Reliability:
    """How far the probabilities of the labels given are from how often these are right; 0 is best."""

    ece: float
    """Over bins of equal width (Guo et al. 2017, eq. 3)."""
    adaptive_ece: float
    """Over bins that hold equally many words (Nguyen & O'Connor 2015): no bin is nearly empty."""
    nll: float
    """Mean of -log P(gold label), over words whose gold label the model can give, in nats."""


@dataclass(frozen=True)
class Calibration:
    """One kind of label: its probabilities as the softmax gives them, and after division by the temperature."""

    kind: str
    words: int
    temperature: float
    before: Reliability
    after: Reliability


def expected_calibration_error(p_N: np.ndarray, right_N: np.ndarray, bins: int = BINS) -> float:
    """ECE = Σ_m |B_m|/N · |accuracy(B_m) - mean p(B_m)|, with B_m the words whose p lies in ((m-1)/M, m/M].

    Args: p_N, the probability of the label given to each word; right_N, whether it is right. 0 of no words.
    """
    bin_N = np.clip(np.ceil(p_N * bins).astype(int) - 1, 0, bins - 1)
    gap_M = np.bincount(bin_N, weights=right_N - p_N, minlength=bins)
    return float(np.abs(gap_M).sum() / max(len(p_N), 1))


def adaptive_calibration_error(p_N: np.ndarray, right_N: np.ndarray, bins: int = BINS) -> float:
    """As `expected_calibration_error`, with the words in order of p cut into bins of equal size."""
    gap_N = (right_N - p_N)[np.argsort(p_N, kind="stable")]
    return float(sum(abs(part.sum()) for part in np.array_split(gap_N, bins)) / max(len(p_N), 1))


@torch.inference_mode()
def measure_calibration(model: Any, gold: Sequence[Sentence], kinds: Sequence[str]) -> list[Calibration]:
    """The calibration of a tagger on gold words, for each kind of label.

    A gold label that the model cannot give counts as an error; a word without UPOS is left out.
    """
    was_training = model.training
    model.eval()
    parts: dict[str, list[_Part]] = {kind: [] for kind in kinds}
    for members in length_buckets([len(s.words) for s in gold], BATCH_WORDS, seed=0, epoch=0):
        sentences = [gold[member] for member in members]
        batch = model.collate(sentences)
        for kind, logits_BTL in model(batch).items():
            if kind in parts:
                kept_BT = _labelled(sentences, kind, batch.targets[kind].shape)
                y_N = batch.targets[kind][kept_BT]
                parts[kind].append(_part(model.heads[kind], logits_BTL[kept_BT].float(), y_N))
    model.train(was_training)
    return [_calibration(kind, parts[kind], float(model.heads[kind].temperature)) for kind in kinds]


class _Part(NamedTuple):
    """Of the words of one batch, once without and once with temperature: p, whether right, -log P(gold)."""

    p_2N: np.ndarray
    right_N: np.ndarray
    loss_2N: np.ndarray


def _labelled(sentences: Sequence[Sentence], kind: str, shape: Sequence[int]) -> Tensor:
    """Which steps of a padded batch are labelled words."""
    kept_BT = torch.zeros(*shape, dtype=torch.bool)
    for row, sentence in enumerate(sentences):
        labels = sentence.labels.get(kind, ())
        kept_BT[row, : len(labels)] = torch.tensor([is_label(kind, label) for label in labels])
    return kept_BT


def _part(head: Any, logits_NL: Tensor, y_N: Tensor) -> _Part:
    p_2NL = [torch.softmax(logits_NL, -1), head.probabilities(logits_NL)]
    known_N = y_N != IGNORE
    losses = [
        F.cross_entropy(scaled_NL[known_N], y_N[known_N], reduction="none")
        for scaled_NL in (logits_NL, logits_NL / head.temperature)
    ]
    return _Part(
        torch.stack([p_NL.amax(-1) for p_NL in p_2NL]).double().numpy(),
        (logits_NL.argmax(-1) == y_N).numpy(),
        torch.stack(losses).double().numpy(),
    )


def _calibration(kind: str, parts: Sequence[_Part], temperature: float) -> Calibration:
    p_2N, right_N, loss_2N = (np.concatenate(column, axis=-1) for column in zip(*parts, strict=True))
    before, after = _reliabilities(p_2N, right_N, loss_2N)
    return Calibration(kind, len(right_N), temperature, before, after)


def _reliabilities(p_2N: np.ndarray, right_N: np.ndarray, loss_2N: np.ndarray) -> Iterator[Reliability]:
    for p_N, loss_N in zip(p_2N, loss_2N, strict=True):
        ece, adaptive = (
            error(p_N, right_N) for error in (expected_calibration_error, adaptive_calibration_error)
        )
        yield Reliability(ece, adaptive, float(loss_N.mean()) if len(loss_N) else 0.0)
