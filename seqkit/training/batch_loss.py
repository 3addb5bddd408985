"""The loss of one batch: number format, this process's part, memory budget, solver of the recurrence, objective."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any, TypeVar

import torch

from seqkit.config import bytes_in
from seqkit.models.contracts import Counts, Loss
from seqkit.nn.bfloat16 import products_in
from seqkit.nn.placement import device_of, mapped, placed
from seqkit.nn.running import running
from seqkit.training.group import Group
from seqkit.training.memory_budget import MemoryBudget
from seqkit.training.objective import Objective
from seqkit.training.options import TrainingOptions
from seqkit.training.time_parallel import TimeParallelTraining
from seqkit.training.trainable import Trainable

Result = TypeVar("Result")


class BatchLoss:
    """Computes the loss of batches of a task as the options of a training require."""

    def __init__(
        self,
        task: Trainable,
        objective: Objective,
        options: TrainingOptions,
        group: Group,
        time_parallel: TimeParallelTraining | None = None,
    ) -> None:
        """Args: time_parallel, solves recurrent layers for all time steps at once."""
        self._task, self._objective, self._group = task, objective, group
        self._dtype, self._time_parallel = options.train_dtype, time_parallel
        limit = bytes_in("bptt_memory", options.bptt_memory)
        self._memory = MemoryBudget(task, limit) if limit else None

    def __call__(self, indices: Sequence[int], seed: int) -> Loss:
        """The loss of the examples at `indices`; zero if this process has none of them.

        Args: seed, of everything random in the batch.
        """
        loss = self._computed(indices, seed, self._within_memory)
        return no_loss(device_of(self._task.model)) if loss is None else loss

    def check_memory(self, batches: Sequence[tuple[Sequence[int], int]]) -> None:
        """Raise SeqkitError, with the minimum, if one of some batches does not fit into `bptt_memory`.

        Args: batches, the indices of the examples and the seed of each.
        """
        memory = self._memory
        if memory is None:
            return
        need = lambda batch: memory.need(lambda: self._loss(batch))  # noqa: E731
        needs = [self._computed(indices, seed, need) for indices, seed in batches]
        memory.check([one for one in needs if one is not None])

    def _computed(self, indices: Sequence[int], seed: int, compute: Callable[[Any], Result]) -> Result | None:
        """What `compute` returns for this process's part of a batch; None if it has none of the examples."""
        torch.manual_seed(seed)
        batch = in_dtype(self._task.collate(indices, seed), self._dtype)
        with self._group.own(self._task, indices, batch) as part:
            if part is None:
                return None
            with products_in(self._dtype):
                return compute(placed(part, device_of(self._task.model)))

    def _within_memory(self, batch: Any) -> Loss:
        """The objective's loss; the backward pass needs no more memory than `bptt_memory` allows."""
        loss = lambda: self._loss(batch)  # noqa: E731
        with self._memory.step(batch, loss) if self._memory else nullcontext():
            return loss()

    def _loss(self, batch: Any) -> Loss:
        """The objective's loss."""
        # The solver runs inside each window of truncated back-propagation: it sees a window as a sequence.
        parallel = running(self._time_parallel.runner) if self._time_parallel else nullcontext()
        with parallel, running(self._task.truncation) if self._task.truncation else nullcontext():
            return self._objective.loss(self._task, batch)


def no_loss(device: torch.device) -> Loss:
    """The loss of no example."""
    zero = torch.zeros((), device=device)
    return Loss(zero, zero, Counts(zero, zero, zero))


def in_dtype(batch: Any, dtype: str) -> Any:
    """A batch for a model in this number format: for float64, all floating-point tensors become float64."""
    if dtype != "float64":
        return batch
    return mapped(batch, lambda part: part.double() if part.is_floating_point() else part)
