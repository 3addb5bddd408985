"""Checks of an objective, on a small model that offers every method of a `Trainable`."""

from __future__ import annotations

from typing import Any

import torch

from seqkit.errors import SeqkitError
from seqkit.extend.build import build
from seqkit.models.contracts import Counts, Loss
from seqkit.testing.check import Subject, check, expect
from seqkit.testing.layers import expect_close
from seqkit.testing.toy import WORDS, ToyTrainable
from seqkit.training.objective import Objective
from seqkit.training.trainable import Trainable

EVERY = list(range(len(WORDS)))


@check("objectives")
def class_is_an_objective(subject: Subject) -> None:
    """The class is a subclass of `Objective` and accepts its options."""
    expect(isinstance(_objective(subject), Objective), "no seqkit.training.objective.Objective")


@check("objectives")
def options_are_kept(subject: Subject) -> None:
    """The objective keeps its options."""
    options = subject.spec.options()
    expect(build("objectives", subject.name, options).options == options, "`options` is something else")


@check("objectives")
def loss_is_a_loss(subject: Subject) -> None:
    """`loss` returns a Loss of tensors."""
    loss = _loss(subject)
    expect(isinstance(loss, Loss) and isinstance(loss.counts, Counts), f"a {type(loss).__name__}")
    parts = [loss.total, loss.weight, *loss.counts]
    expect(all(isinstance(part, torch.Tensor) for part in parts), "a part is no tensor")


@check("objectives")
def loss_is_one_finite_number(subject: Subject) -> None:
    """The total is a single finite number."""
    total = _loss(subject).total
    expect(total.ndim == 0 and bool(total.isfinite()), f"total is {total}")


@check("objectives")
def weight_is_positive(subject: Subject) -> None:
    """The weight, by which sums over batches are divided, is positive."""
    expect(float(_loss(subject).weight) > 0, "the weight is not positive")


@check("objectives")
def counts_are_of_the_steps(subject: Subject) -> None:
    """The counts are those of the batch: its negative log-likelihood and its steps, letters and ends."""
    loss, task = _loss(subject), ToyTrainable(0.0)
    expect(float(loss.counts.steps) == sum(task.lengths), f"{float(loss.counts.steps)} steps")
    expect(0 <= float(loss.counts.right) <= float(loss.counts.steps), "more steps are right than there are")
    expect(float(loss.counts.nll) > 0, "counts.nll is not positive")


@check("objectives")
def counts_have_no_gradient(subject: Subject) -> None:
    """Counts hold no history: they are summed over an epoch."""
    counts = _loss(subject).counts
    expect(not any(part.requires_grad for part in counts), "a count has a gradient")


@check("objectives")
def gradient_reaches_every_parameter(subject: Subject) -> None:
    """Every parameter of the model has a gradient that is not 0."""
    task = ToyTrainable(0.1)
    task.model.train()
    _objective(subject).loss(task, task.collate(EVERY, 1)).total.backward()
    silent = [
        name
        for name, one in task.model.named_parameters()
        if one.grad is None or not bool(one.grad.abs().sum() > 0)
    ]
    expect(not silent, f"no gradient: {', '.join(silent)}")


@check("objectives")
def gradients_are_finite(subject: Subject) -> None:
    """Gradients are finite, also where the model is almost sure."""
    task = ToyTrainable(0.0)
    with torch.no_grad():
        task.model.decoder.output.weight.mul_(200)
    _objective(subject).loss(task, task.collate(EVERY, 1)).total.backward()
    grads = [one.grad for one in task.model.parameters() if one.grad is not None]
    expect(all(bool(grad.isfinite().all()) for grad in grads), "a gradient is not finite")


@check("objectives")
def results_repeat(subject: Subject) -> None:
    """Under one seed the loss has the same bits twice."""
    expect(torch.equal(_loss(subject).total, _loss(subject).total), "two losses of one seed differ")


@check("objectives")
def a_single_example_is_enough(subject: Subject) -> None:
    """A batch of one example has a loss."""
    expect(bool(_loss(subject, [3]).total.isfinite()), "the loss of one example is not finite")


@check("objectives")
def order_does_not_matter(subject: Subject) -> None:
    """The weight of a batch does not depend on the order of its examples."""
    expect_close(_loss(subject, EVERY[::-1]).weight, _loss(subject).weight, "the weight", 1e-4)


@check("objectives")
def batches_are_left_alone(subject: Subject) -> None:
    """The batch is not changed in place."""
    task = ToyTrainable(0.0)
    batch = task.collate(EVERY, 1)
    before = [part.clone() for part in (batch[0], *batch[1])]
    _objective(subject).loss(task, batch)
    same = all(torch.equal(old, new) for old, new in zip(before, (batch[0], *batch[1]), strict=True))
    expect(same, "a tensor of the batch was changed")


@check("objectives")
def weights_are_left_alone(subject: Subject) -> None:
    """Computing a loss changes no weight, and keeps the model in training."""
    task = ToyTrainable(0.0)
    task.model.train()
    before = [one.clone() for one in task.model.parameters()]
    _objective(subject).loss(task, task.collate(EVERY, 1))
    same = all(torch.equal(old, new) for old, new in zip(before, task.model.parameters(), strict=True))
    expect(same, "a weight was changed")
    expect(task.model.training, "the model was put into evaluation")


@check("objectives")
def training_lowers_the_loss(subject: Subject) -> None:
    """Steps of Adam along the objective lower it, or raise the likelihood."""
    task, objective = ToyTrainable(0.0), _objective(subject)
    adam, losses = torch.optim.Adam(task.model.parameters(), lr=0.02), []
    for seed in range(12):
        torch.manual_seed(seed)
        loss = objective.loss(task, task.collate(EVERY, seed))
        adam.zero_grad()
        loss.mean.backward()
        adam.step()
        losses.append((float(loss.mean.detach()), float(loss.counts.nll)))
    fell = any(last < first for first, last in zip(losses[0], losses[-1], strict=True))
    expect(fell, f"loss and nll go from {losses[0]} to {losses[-1]}")


@check("objectives")
def tasks_without_it_are_refused(subject: Subject) -> None:
    """A task that lacks a method that the objective needs is refused with a message."""
    try:
        _objective(subject).loss(Bare(), Bare().collate(EVERY, 1))
    except SeqkitError as error:
        expect("bare" in error.problem, f"the task is not named: {error.problem}")


class Bare(ToyTrainable):
    """A task that offers only its loss."""

    name = "bare"
    log_probs = Trainable.log_probs
    sample = Trainable.sample
    inputs = Trainable.inputs
    start = Trainable.start
    step = Trainable.step
    with_decoder_inputs = Trainable.with_decoder_inputs
    step_losses = Trainable.step_losses


def _objective(subject: Subject) -> Any:
    return build("objectives", subject.name, subject.spec.options())


def _loss(subject: Subject, indices: list[int] | None = None) -> Loss:
    """The loss of a batch under a fixed seed, without dropout."""
    task = ToyTrainable(0.0)
    torch.manual_seed(5)
    batch = task.collate(EVERY if indices is None else indices, 1)
    loss: Loss = _objective(subject).loss(task, batch)
    return loss
