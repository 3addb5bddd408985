"""Train on examples with a label for each step: the loss and the score on dev follow from log-probabilities.

Shapes: N labelled steps of a batch, V labels.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from seqkit.evaluation.metric import NATS, Metric
from seqkit.models.contracts import Counts, Loss, StepLogProbs
from seqkit.nn.placement import placed_for, widened
from seqkit.training.trainable import Trainable

TOGETHER = 64
"""Dev examples of a batch."""
UNKNOWN_LABEL = -1
"""A label that the model does not know: it adds nothing to the loss, and counts as wrong on dev."""


class Sums(NamedTuple):
    """Sums over the steps of a batch."""

    smooth: Tensor
    """Negative log-likelihood with label smoothing."""
    nll: Tensor
    right: Tensor
    known: Tensor
    """Steps with a label that the model knows."""
    steps: Tensor


class LabelledTrainable(Trainable):
    """A network and its examples. A subclass makes batches of examples and computes log-probabilities of the labels."""

    def __init__(self, model: Any, train: Sequence[Any], dev: Sequence[Any]) -> None:
        """Args: train and dev, the examples of each split."""
        self.model, self.train, self.dev = model, train, dev

    @abstractmethod
    def batch_of(self, examples: Sequence[Any]) -> Any:
        """Examples as a batch of CPU tensors."""

    @abstractmethod
    def log_probs(self, batch: Any) -> list[StepLogProbs]:
        """Log-probabilities of every label at every labelled step, one record for each kind of label."""

    def size(self, example: Any) -> int:
        """Steps of an example, for batches of similar lengths: by default the length of the input of a pair."""
        return len(example[0])

    @property
    def lengths(self) -> list[int]:
        """Steps of each training example."""
        return [self.size(example) for example in self.train]

    def collate(self, indices: Sequence[int], seed: int) -> Any:
        """These training examples as a batch."""
        return self.batch_of([self.train[index] for index in indices])

    def loss(self, batch: Any, label_smoothing: float = 0.0) -> Loss:
        """-Σ_n log p(y_n); label smoothing moves a share of the probability evenly to all labels."""
        sums = self._sums(batch, label_smoothing)
        return Loss(sums.smooth, sums.known, Counts.of(sums.nll, sums.right, sums.known))

    @torch.inference_mode()
    def score(self) -> list[Metric]:
        """Accuracy on dev, which decides, and the negative log-likelihood of a step."""
        if not self.dev:
            return []
        self.model.eval()
        batches = (placed_for(self.model, self.batch_of(examples)) for examples in self._dev_batches())
        sums = added(map(self._sums, batches))
        steps, known = sums.steps.clamp(min=1), sums.known.clamp(min=1)
        loss = Metric("loss", float(sums.nll / known), higher_is_better=False, unit=NATS, likelihood=True)
        return [Metric("accuracy", float(sums.right.double() / steps)), loss]

    def _dev_batches(self) -> list[list[Any]]:
        """Dev examples in batches of similar lengths."""
        ordered = sorted(self.dev, key=self.size)
        return [ordered[start : start + TOGETHER] for start in range(0, len(ordered), TOGETHER)]

    def _sums(self, batch: Any, label_smoothing: float = 0.0) -> Sums:
        return added(step_sums(*one, label_smoothing) for one in self.log_probs(batch))


def label_ids(labels: Sequence[Any], known: Sequence[Any]) -> Tensor:
    """Positions of labels in the list of known ones, y_N; UNKNOWN_LABEL for others."""
    ids = {label: number for number, label in enumerate(known)}
    return torch.tensor([ids.get(label, UNKNOWN_LABEL) for label in labels])


def step_sums(log_p_NV: Tensor, y_N: Tensor, label_smoothing: float = 0.0) -> Sums:
    """Sums over steps, computed without waiting for the device."""
    known_N = y_N >= 0
    nll_N = smooth_N = -log_p_NV.gather(1, y_N.clamp(min=0)[:, None])[:, 0]
    if label_smoothing:
        smooth_N = (1 - label_smoothing) * nll_N - label_smoothing * log_p_NV.mean(-1)
    smooth, nll = (one_N.masked_fill(~known_N, 0.0).sum() for one_N in (smooth_N, nll_N))
    right = (log_p_NV.argmax(-1) == y_N).sum()
    return Sums(smooth, widened(nll), right, known_N.sum(), known_N.new_tensor(len(y_N), dtype=torch.long))


def added(parts: Iterable[Sums]) -> Sums:
    """The sums of several batches or kinds of label."""
    return Sums(*(torch.stack(one).sum(0) for one in zip(*parts, strict=True)))
