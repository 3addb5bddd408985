"""Batch size and epochs chosen by the size of the training split where the user leaves them at 0.

A small corpus needs small batches and many epochs, or it is updated too rarely to be learnt.
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
    """Updates that the batch size aims at."""


def within(value: int, bounds: tuple[int, int]) -> int:
    """The nearest number between two bounds, both included."""
    return min(max(value, bounds[0]), bounds[1])


def with_auto_sizes(request: TrainingRequest, steps: int, sizes: AutoSizes, unit: int = 1) -> TrainingRequest:
    """The request with `batch_words` and `epochs` filled in where they are 0. What the user chose stays.

    Args: steps, those of the training split; unit, steps that a batch holds a multiple of (then `sizes.batch` counts
    units).
    """
    options = request.training
    units = within(steps // (unit * sizes.updates_an_epoch), sizes.batch)
    batch_words = options.batch_words or units * unit
    epochs = options.epochs or within(round(sizes.updates * batch_words / max(steps, 1)), sizes.epochs)
    return request.replace("training", batch_words=batch_words, epochs=epochs)
