"""When a training ends: by epochs, by minutes, by early stopping on dev, or by a signal."""

from __future__ import annotations

import signal

from seqkit.training.options import TrainingOptions
from seqkit.training.state import Progress

WHOLE_EPOCH = 40
"""Minimum number of updates that count as an epoch of patience."""


class Stopped(Exception):
    """A signal stopped the training; its state is saved."""

    def __init__(self, number: int = signal.SIGINT) -> None:
        """Args: number, that of the signal."""
        super().__init__(number)
        self.exit_code = 128 + number


def time_is_up(progress: Progress, options: TrainingOptions) -> bool:
    """Whether the limit `minutes` is reached; a run without this limit has no end by time."""
    return bool(options.minutes) and progress.seconds >= 60 * options.minutes


def is_done(progress: Progress, options: TrainingOptions) -> bool:
    """Whether training is complete."""
    if options.minutes:
        # A run may have stopped in its last step, before the end of its epoch.
        return progress.finished or (time_is_up(progress, options) and not progress.batch)
    if progress.finished or progress.epoch >= options.epochs:
        return True
    return _has_waited(progress, options.patience) and not _still_learns(progress)


def _has_waited(progress: Progress, patience: int) -> bool:
    """Whether no epoch has improved on the best one within `patience`, which counts updates if an epoch has few."""
    if progress.best_score is None or not patience:
        return False
    updates = progress.updates - int(progress.rows[progress.best_epoch - 1]["updates"])
    return progress.epoch - progress.best_epoch >= patience and updates >= patience * WHOLE_EPOCH


def _still_learns(progress: Progress) -> bool:
    """Whether the likelihood of dev is the best so far. Measures such as BLEU are 0 for long, and noisy at first."""
    epochs = range(1, len(progress.scores) + 1)
    found = [m for epoch in epochs for m in progress.metrics(epoch)[1:] if m.likelihood]
    same = [metric for metric in found if metric.name == found[-1].name]
    return bool(same) and not any(metric.improves_on(same[-1]) for metric in same)
