"""Check on the first batch, before any update, whether several processes can share the batches of a task."""

from __future__ import annotations

from typing import Any

import torch

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Loss
from seqkit.nn.placement import placed
from seqkit.training.batch_loss import in_dtype, no_loss
from seqkit.training.batches import batch_seed
from seqkit.training.group import Group
from seqkit.training.loop import Training

NEAR = {torch.float64: 1e-9, torch.float32: 1e-3}
"""Maximum relative difference between the sum over the processes and the loss of the whole batch."""
ALONE = "Train with one process: leave out --devices."


def check_divides(training: Training, group: Group) -> None:
    """Raise SeqkitError in every process, with the reason, for a training that several processes cannot share."""
    task, objective = training.task, training.objective
    if len(task.lengths) < group.size:
        problem = f"{group.size} processes for {len(task.lengths)} training examples"
        raise SeqkitError(problem, f"Use at most {len(task.lengths)}.", exit_code=2)
    if not objective.divides:
        problem = (
            f"objective={training.options.objective}: the weight of an example depends on its whole batch"
        )
        raise SeqkitError(f"{problem}, so that several processes cannot share one", ALONE, exit_code=2)
    if training.options.time_parallel == "auto":
        problem = "time_parallel=auto: each process would decide by its own part of a batch"
        raise SeqkitError(
            problem, "Choose newton, quasi-newton or off, or train with one process.", exit_code=2
        )
    carried = dict(task.state_dict())
    buffers = {name: value.clone() for name, value in task.model.named_buffers()}
    apart = _apart(training, group, random=False)
    if apart is not None:
        problem = (
            f"{task.name}: the loss of a batch is {apart[0]:.6g}, that of its parts together {apart[1]:.6g}"
        )
        raise SeqkitError(f"{problem}, so that several processes cannot share one", ALONE, exit_code=2)
    drawn = _apart(training, group, random=True)
    if any(not torch.equal(value, buffers[name]) for name, value in task.model.named_buffers()):
        problem = f"{task.name}: a layer keeps statistics of whole batches, as batch normalisation does"
        raise SeqkitError(f"{problem}, so that several processes cannot share one", ALONE, exit_code=2)
    if task.state_dict() and not task.divides_state:
        problem = f"{task.name}: carries a state from batch to batch that several processes cannot divide"
        raise SeqkitError(problem, ALONE, exit_code=2)
    task.load_state_dict(carried)
    if drawn is not None:
        training.reporter.note(
            f"{task.name}: its random numbers are not drawn by seqkit.nn.draws: {group.size} processes train a model "
            "that is as good as, but not equal to, that of one"
        )


def _apart(training: Training, group: Group, *, random: bool) -> tuple[float, float] | None:
    """The loss of a batch, and the sum over its parts; None if they agree. Args: random, whether as in training."""
    task, options = training.task, training.options
    indices = max(task.batches(options.batch_words, options.seed, 0), key=len)
    seed = batch_seed(options.seed, 0, 0)
    batch = in_dtype(task.collate(indices, seed), options.train_dtype)
    task.model.train(random)
    whole = _numbers(_loss(training, batch, seed))
    with group.own(task, indices, batch) as part:
        own = no_loss(training.device) if part is None else _loss(training, part, seed)
    together = group.summed(_numbers(own)[None])[0]
    near = NEAR.get(next(task.model.parameters()).dtype, 1e-2)
    agrees = torch.allclose(together, whole.cpu(), rtol=near, atol=1e-6)
    return None if agrees else (float(whole[0]), float(together[0]))


def _loss(training: Training, batch: Any, seed: int) -> Loss:
    torch.manual_seed(seed)
    training.task.load_state_dict({})
    with torch.no_grad():
        return training.objective.loss(training.task, placed(batch, training.device))


def _numbers(loss: Loss) -> torch.Tensor:
    """The numbers that the processes add up."""
    parts = (loss.total, loss.weight, loss.counts.nll, loss.counts.steps)
    return torch.stack([part.detach().cpu().double() for part in parts])
