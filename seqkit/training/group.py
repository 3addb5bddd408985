"""The interface of the loop to the processes that train one model together, and the group of one process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor, nn

from seqkit.nn.placement import widened
from seqkit.training.trainable import Trainable

if TYPE_CHECKING:
    from seqkit.training.loop import Training
    from seqkit.training.request import TrainingRequest


class Agreed(NamedTuple):
    """The decision of all processes after an update."""

    signal: int
    """The number of a signal that one of them received; 0: none."""
    seconds: float
    """Seconds of training so far."""
    save: bool
    """Whether to save the state now."""


class Group:
    """A group of one process. `seqkit.training.ranks.Ranks` is a group of several."""

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this process writes files and reports progress."""
        return self.rank == 0

    @contextmanager
    def own(self, task: Trainable, indices: Sequence[int], batch: Any) -> Iterator[Any]:
        """A context with this process's part of a batch (or None), in which random draws are those of its examples."""
        yield batch

    def divisor(self, first: Tensor) -> Tensor | float:
        """The divisor of the losses of an update before their gradients are added.

        Args: first, the weight of the first batch of the update.
        """
        return first

    def combine(self, parameters: Sequence[nn.Parameter], weights: Sequence[Tensor]) -> None:
        """Turn the added gradients into that of Σ total / Σ weight. Args: weights, of each batch of the update."""
        if len(weights) > 1:
            several = [widened(weight) for weight in weights]
            share = several[0] / sum(several)
            for parameter in parameters:
                if parameter.grad is not None:
                    parameter.grad.mul_(share)

    def summed(self, counts_N3: Tensor) -> Tensor:
        """Counts of batches, summed over the processes."""
        return counts_N3

    def meets(self, updates: int) -> bool:
        """Whether the processes call `agree` after this number of updates."""
        return True

    def agree(self, signal: int, seconds: float, save: bool) -> Agreed:
        """The common decision, from the values of all processes."""
        return Agreed(signal, seconds, save)

    def broadcast(self, value: Any) -> Any:
        """The first process's value, which JSON must be able to represent; the values of the others are ignored."""
        return value

    @contextmanager
    def copied(self, path: Path) -> Iterator[Path | None]:
        """A context with a copy of a file of the first process; None if the file does not exist."""
        yield path if path.exists() else None

    def check_alike(
        self, request: TrainingRequest, examples: str, versions: Mapping[str, Any], model: nn.Module
    ) -> None:
        """Raise SeqkitError in every process if their options, data, packages or weights differ.

        Args: examples, their checksum.
        """

    def check_divides(self, training: Training) -> None:
        """Raise SeqkitError in every process, with the reason, for a training whose batches they cannot share."""

    def joined(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """The carried state of a task for all examples, from the parts of the processes."""
        return state
