"""Choose batch size and epochs by the size of the training split if the options are 0.

A small corpus needs small batches and many epochs: otherwise the model gets too few updates.
"""

from __future__ import annotations

from dataclasses import dataclass

from seqkit.training.request import TrainingRequest


@dataclass(frozen=True)
class AutoSizes:
    """Requirements of a task, independent of the corpus."""

    updates: int
    """Updates of the whole training."""
    epochs: tuple[int, int]
    """Fewest and most epochs."""
    batch: tuple[int, int]
    """Least and most steps of a batch."""
    updates_an_epoch: int
    """Number of updates that the batch size is chosen for."""


def within(value: int, bounds: tuple[int, int]) -> int:
    """The nearest number between two bounds, both included."""
    return min(max(value, bounds[0]), bounds[1])


def with_auto_sizes(request: TrainingRequest, steps: int, sizes: AutoSizes, unit: int = 1) -> TrainingRequest:
    """The request with values for `batch_words` and `epochs` if they are 0; other values are unchanged.

    Args: steps, of the training split; unit, a divisor of the number of steps in each batch (`sizes.batch` then counts
    units).
    """
    options = request.training
    units = within(steps // (unit * sizes.updates_an_epoch), sizes.batch)
    batch_words = options.batch_words or units * unit
    epochs = options.epochs or within(round(sizes.updates * batch_words / max(steps, 1)), sizes.epochs)
    return request.replace("training", batch_words=batch_words, epochs=epochs)
