"""`LabelledTrainable`: its loss is torch's cross entropy; unknown labels count as documented."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from seqkit.models.contracts import StepLogProbs
from seqkit.tasks import LabelledTrainable, label_ids
from seqkit.training.labelled import TOGETHER, UNKNOWN_LABEL

EXAMPLES = [([0.5, 1.0], "a"), ([2.0], "b"), ([0.1, 0.2, 0.3], "a"), ([1.5, 0.0], "c")]


class Sums(LabelledTrainable):
    """log softmax(V Σ x + b)."""

    name = "sums"

    def batch_of(self, examples):
        x_B1 = torch.tensor([[sum(x)] for x, _ in examples], dtype=torch.float64)
        return x_B1, label_ids([label for _, label in examples], "abc")

    def log_probs(self, batch):
        x_B1, y_B = batch
        return [StepLogProbs(self.model(x_B1).log_softmax(-1), y_B)]


@pytest.fixture
def task():
    torch.manual_seed(3)
    return Sums(nn.Linear(1, 3).double(), EXAMPLES, [*EXAMPLES, ([0.0], "never seen")])


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_the_loss_is_cross_entropy(task, smoothing):
    x_B1, y_B = batch = task.collate([0, 1, 2, 3], 1)
    loss = task.loss(batch, smoothing)
    logits_BV = task.model(x_B1)
    wanted = cross_entropy(logits_BV, y_B, reduction="sum", label_smoothing=smoothing)
    torch.testing.assert_close(loss.total, wanted)
    torch.testing.assert_close(loss.counts.nll, cross_entropy(logits_BV, y_B, reduction="sum").detach())
    assert (int(loss.weight), int(loss.counts.steps)) == (4, 4)
    assert int(loss.counts.right) == int((logits_BV.argmax(1) == y_B).sum())


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_unknown_labels_add_nothing(task, smoothing):
    x_B1, y_B = task.collate([0, 1, 2, 3], 1)
    y_B[2] = UNKNOWN_LABEL
    loss, kept = task.loss((x_B1, y_B), smoothing), task.loss(task.collate([0, 1, 3], 1), smoothing)
    torch.testing.assert_close(loss.total, kept.total)
    assert int(loss.weight) == 3
    task.model.weight.grad = None
    loss.total.backward()
    own = task.model.weight.grad.clone()
    task.model.weight.grad = None
    kept.total.backward()
    torch.testing.assert_close(own, task.model.weight.grad)


def test_an_unknown_label_of_dev_counts_as_wrong(task):
    accuracy, loss = task.score()
    x_B1, y_B = task.batch_of(EXAMPLES)
    right = int((task.model(x_B1).argmax(1) == y_B).sum())
    assert accuracy.value == pytest.approx(right / 5)
    assert loss.value == pytest.approx(cross_entropy(task.model(x_B1), y_B).item())


def test_scores_do_not_depend_on_the_batches_of_dev(task):
    one = task.score()
    task.dev = task.dev * TOGETHER
    assert [metric.value for metric in task.score()] == pytest.approx([metric.value for metric in one])
    task.dev = []
    assert task.score() == []


def test_several_kinds_of_label_are_added(task, monkeypatch):
    batch = task.collate([0, 1, 2, 3], 1)
    once = task.loss(batch)
    (one,) = task.log_probs(batch)
    monkeypatch.setattr(task, "log_probs", lambda _: [one, one])
    twice = task.loss(batch)
    torch.testing.assert_close(twice.total, 2 * once.total)
    assert int(twice.weight) == 2 * int(once.weight)
