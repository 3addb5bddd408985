"""Objectives: losses to minimise, computed from the losses or log-probabilities of any trainable task."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Loss
from seqkit.training.objective_options import NLLOptions
from seqkit.training.trainable import Trainable


class Objective(ABC):
    """The loss of a batch. A run creates it once, as `Objective(options)`."""

    needs: ClassVar[tuple[str, ...]] = ()
    """Optional methods of `Trainable` that this loss calls; a task without them is refused before training."""

    divides: bool = True
    """Whether the loss of a batch is the sum of those of its examples, so that several processes can share a batch."""

    def __init__(self, options: Any) -> None:
        self.options = options

    def check(self, task: Trainable) -> None:
        """Raise SeqkitError, before anything is written, if the task lacks a method that the loss needs."""
        for method in self.needs:
            task.check_offers(method)

    def repeats_steps(self, task: Trainable) -> bool:
        """Whether every pass of a batch runs recurrent layers on sequences of the same shapes."""
        return True

    def check_memory(self, task: Trainable, limit: str) -> None:
        """Raise SeqkitError if `bptt_memory` is set and cannot plan the passes of this loss. Args: limit, its value."""
        if limit and not self.repeats_steps(task):
            raise SeqkitError(
                f"bptt_memory={limit}: this objective reads other sequences in each pass, so that no plan is possible",
                "Leave it out, or use another objective.",
                exit_code=2,
            )

    @abstractmethod
    def loss(self, task: Trainable, batch: Any) -> Loss:
        """The loss of a batch from `task.collate`. Raises SeqkitError if the task lacks a method that it needs."""


class NLL(Objective):
    """-Σ log P(y | x), with label smoothing; the task's heads and decoders compute it."""

    options: NLLOptions

    def loss(self, task: Trainable, batch: Any) -> Loss:
        return task.loss(batch, self.options.label_smoothing)
