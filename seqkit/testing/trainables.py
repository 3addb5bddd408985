"""Checks of a `Trainable`: batches, loss, gradients, score. They run for models and for tasks.

The data are those of the task's example (`TaskSpec.example`).
"""

from __future__ import annotations

import torch

from seqkit.errors import SeqkitError
from seqkit.evaluation.metric import Metric
from seqkit.models.contracts import Loss
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.layers import expect_close
from seqkit.testing.modalities import expect_equal_batches, parameters, tensors_in
from seqkit.testing.preparing import prepared, prepared_again
from seqkit.training.trainable import Prepared, Trainable

BOTH = ("models", "tasks")


@check(*BOTH)
def prepare_gives_a_prepared(subject: Subject) -> None:
    """`prepare` reads the data and builds the network."""
    found = prepared(subject)
    expect(isinstance(found, Prepared), f"a {type(found).__name__}")
    expect(isinstance(found.task, Trainable), f"its task is a {type(found.task).__name__}")


@check(*BOTH)
def network_is_a_module(subject: Subject) -> None:
    """The network is a `torch.nn.Module` with parameters, with the attributes `options` and `facts`."""
    model = prepared(subject).task.model
    expect(isinstance(model, torch.nn.Module), f"a {type(model).__name__}")
    expect(any(True for _ in model.parameters()), "no parameters")
    expect(model.options is not None and model.facts is not None, "`options` or `facts` is None")


@check(*BOTH)
def options_are_resolved(subject: Subject) -> None:
    """Options that are 0 (the task chooses) have a value after `prepare`."""
    training = prepared(subject).request.training
    expect(training.batch_words > 0 and training.epochs > 0, "batch_words or epochs is still 0")


@check(*BOTH)
def preparation_repeats(subject: Subject) -> None:
    """Two preparations have the same examples and equal first weights."""
    first, second = prepared(subject), prepared_again(subject)
    expect(first.examples and first.examples == second.examples, "the checksum of the examples differs")
    expect(torch.equal(parameters(first.task.model), parameters(second.task.model)), "first weights differ")


@check(*BOTH)
def first_weights_follow_from_the_seed(subject: Subject) -> None:
    """Another seed gives other first weights."""
    other = prepared_again(subject, seed=99)
    expect(
        not torch.equal(parameters(prepared(subject).task.model), parameters(other.task.model)),
        "equal weights",
    )


@check(*BOTH)
def every_example_has_a_length(subject: Subject) -> None:
    """`lengths` has a positive number for each training example."""
    lengths = torch.as_tensor(prepared(subject).task.lengths)
    expect(len(lengths) > 0, "no examples")
    expect(bool((lengths >= 0).all()) and bool((lengths > 0).any()), "lengths are not positive")


@check(*BOTH)
def batches_hold_every_example(subject: Subject) -> None:
    """The batches of an epoch hold every example once."""
    task = prepared(subject).task
    held = sorted(index for batch in task.batches(50, 1, 0) for index in batch)
    expect(held == list(range(len(torch.as_tensor(task.lengths)))), "an example is missing, or there twice")


@check(*BOTH)
def batches_follow_from_seed_and_epoch(subject: Subject) -> None:
    """Equal seed and epoch give equal batches, so that a stopped run can be resumed."""
    task = prepared(subject).task
    expect(task.batches(50, 1, 0) == task.batches(50, 1, 0), "two calls differ")


@check(*BOTH)
def collating_repeats(subject: Subject) -> None:
    """One seed gives equal batches of tensors."""
    task, indices = prepared(subject).task, _batch(subject)
    first = task.collate(indices, 5)
    torch.rand(2)
    expect_equal_batches(first, task.collate(indices, 5), "two batches of one seed differ")


@check(*BOTH)
def batches_are_on_the_cpu(subject: Subject) -> None:
    """`collate` gives tensors of the CPU."""
    devices = {one.device.type for one in tensors_in(prepared(subject).task.collate(_batch(subject), 5))}
    expect(devices == {"cpu"}, f"tensors on {', '.join(devices)}")


@check(*BOTH)
def loss_is_a_sum(subject: Subject) -> None:
    """`loss` gives a finite Loss with a positive weight."""
    loss = _loss(subject)
    expect(isinstance(loss, Loss), f"a {type(loss).__name__}")
    expect(loss.total.numel() == 1 and bool(loss.total.isfinite()), "total is not one finite number")
    expect(float(loss.weight) > 0 and float(loss.counts.steps) > 0, "weight or counts.steps is not positive")


@check(*BOTH)
def loss_repeats(subject: Subject) -> None:
    """In evaluation the loss of a batch has the same bits twice."""
    if prepared(subject).task.state_dict():
        raise Skipped("the task carries a state from batch to batch")
    expect(torch.equal(_loss(subject).total, _loss(subject).total), "two losses differ")


@check(*BOTH)
def padding_changes_nothing(subject: Subject) -> None:
    """The loss of a batch is the sum of the losses of its examples."""
    task = prepared(subject).task
    if task.state_dict():
        raise Skipped("the task carries a state from batch to batch")
    indices = _batch(subject)
    alone = sum(_loss(subject, [index]).total.double() for index in indices)
    expect_close(_loss(subject, indices).total, torch.as_tensor(alone), "the loss", 1e-3)


@check(*BOTH)
def gradient_reaches_every_parameter(subject: Subject) -> None:
    """Over an epoch every parameter has a gradient that is not 0."""
    task = prepared_again(subject).task
    task.model.train()
    for number, indices in enumerate(task.batches(200, 1, 0)):
        task.loss(task.collate(indices, number)).mean.backward()
    silent = [
        name
        for name, one in task.model.named_parameters()
        if one.requires_grad and (one.grad is None or not bool(one.grad.abs().sum() > 0))
    ]
    expect(not silent, f"no gradient: {', '.join(silent)}")


@check(*BOTH)
def log_probs_are_the_loss(subject: Subject) -> None:
    """`log_probs`, if offered, are log-probabilities of every label at each step, with the right one."""
    task = prepared(subject).task
    task.model.eval()
    try:
        with torch.no_grad():
            found = task.log_probs(task.collate(_batch(subject), 5))
    except SeqkitError as error:
        _expect_named(task, error)
        raise Skipped("the task offers no log-probabilities of single steps") from error
    for log_p_NV, y_N in found:
        expect(len(log_p_NV) == len(y_N), f"{len(log_p_NV)} steps, {len(y_N)} labels")
        expect_close(log_p_NV.exp().sum(1), torch.ones(len(y_N)), "the sum of probabilities", 1e-3)


@check(*BOTH)
def step_losses_are_of_the_batch(subject: Subject) -> None:
    """`step_losses`, if offered, is (B, T) and finite."""
    task = prepared(subject).task
    task.model.eval()
    try:
        with torch.no_grad():
            losses_BT = task.step_losses(task.collate(_batch(subject), 5))
    except SeqkitError as error:
        _expect_named(task, error)
        raise Skipped("the task offers no losses of single steps") from error
    expect(losses_BT.ndim == 2 and bool(losses_BT.isfinite().all()), f"shape {tuple(losses_BT.shape)}")


@check(*BOTH)
def samples_are_whole_outputs(subject: Subject) -> None:
    """`sample`, if offered, draws the requested number of outputs for each example."""
    task = prepared(subject).task
    try:
        found = task.sample(task.collate(_batch(subject)[:2], 5), 3, 7)
    except SeqkitError as error:
        _expect_named(task, error)
        raise Skipped("the task offers no outputs that are drawn in training") from error
    for outputs in found:
        expect(all(len(row) == 3 for row in outputs.texts), "not 3 outputs of each example")
        expect(outputs.log_p_BK.shape == (len(outputs.texts), 3), f"shape {tuple(outputs.log_p_BK.shape)}")


@check(*BOTH)
def scores_are_metrics(subject: Subject) -> None:
    """`score` gives metrics of the dev split, and leaves torch's random state."""
    task = prepared(subject).task
    before = torch.get_rng_state()
    scores = task.score()
    expect(torch.equal(before, torch.get_rng_state()), "torch's random state changes")
    expect(all(isinstance(one, Metric) for one in scores), "not all are a seqkit.tasks.Metric")
    names = [one.name for one in scores]
    expect(len(set(names)) == len(names), f"a name is there twice: {', '.join(names)}")


@check(*BOTH)
def state_can_be_restored(subject: Subject) -> None:
    """`state_dict` returns tensors, and `load_state_dict` accepts them."""
    task = prepared(subject).task
    state = dict(task.state_dict())
    if not state:
        raise Skipped("the task carries no state from batch to batch")
    expect(all(isinstance(one, torch.Tensor) for one in state.values()), "not all are tensors")
    task.load_state_dict(state)


def _batch(subject: Subject) -> list[int]:
    """A few examples."""
    task = prepared(subject).task
    return list(range(min(4, len(torch.as_tensor(task.lengths)))))


def _loss(subject: Subject, indices: list[int] | None = None) -> Loss:
    task = prepared(subject).task
    task.model.eval()
    with torch.no_grad():
        loss: Loss = task.loss(task.collate(_batch(subject) if indices is None else indices, 5))
    return loss


def _expect_named(task: Trainable, error: SeqkitError) -> None:
    """An error for something that a task does not offer has a message."""
    expect(error.problem, f"{task.name}: an error without a message")
