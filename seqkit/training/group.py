"""The processes that train one model together, as the loop sees them. Here: a process alone."""

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
    """What all processes go by after an update."""

    signal: int
    """The number of a signal that asked one of them to stop; 0: none."""
    seconds: float
    """Seconds of training so far."""
    save: bool
    """Whether the state is to be saved now."""


class Group:
    """A process alone. `seqkit.training.ranks.Ranks` is a group of several."""

    rank: int = 0
    size: int = 1

    @property
    def writes(self) -> bool:
        """Whether this process writes files and reports progress."""
        return self.rank == 0

    @contextmanager
    def own(self, task: Trainable, indices: Sequence[int], batch: Any) -> Iterator[Any]:
        """This process's part of a batch, and within it random draws for its examples; None where it has none."""
        yield batch

    def divisor(self, first: Tensor) -> Tensor | float:
        """What the losses of an update are divided by before their gradients are added.

        Args: first, the weight of the first batch of the update.
        """
        return first

    def combine(self, parameters: Sequence[nn.Parameter], weights: Sequence[Tensor]) -> None:
        """Make the gradient of Σ total / Σ weight of what was added up. Args: weights, of each batch of the update."""
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
        """Whether the processes come to an agreement after so many updates."""
        return True

    def agree(self, signal: int, seconds: float, save: bool) -> Agreed:
        """What all go by, from what each has seen."""
        return Agreed(signal, seconds, save)

    def broadcast(self, value: Any) -> Any:
        """The first process's value, which JSON must be able to represent; the values of the others are ignored."""
        return value

    @contextmanager
    def copied(self, path: Path) -> Iterator[Path | None]:
        """A file of the first process, for this one to read; None where there is no such file."""
        yield path if path.exists() else None

    def check_alike(
        self, request: TrainingRequest, examples: str, versions: Mapping[str, Any], model: nn.Module
    ) -> None:
        """Raise SeqkitError, in every process, where they do not have the same options, data, packages and weights.

        Args: examples, their checksum.
        """

    def check_divides(self, training: Training) -> None:
        """Raise SeqkitError, in every process, for a training whose batches they cannot share, with the reason."""

    def joined(self, state: dict[str, Tensor]) -> dict[str, Tensor]:
        """A task's carried state of all examples, from the parts of the processes."""
        return state
