"""Losses and counts of batches, fetched from the device every few updates: each fetch waits for the device."""

from __future__ import annotations

import math
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from seqkit.errors import SeqkitError
from seqkit.models.contracts import Counts
from seqkit.nn.placement import widened
from seqkit.training.group import Group
from seqkit.training.options import TrainingOptions
from seqkit.training.state import STATE, Progress

EVERY = 20
"""Updates between two fetches. A single process on the CPU has nothing to wait for and fetches every batch."""
LOWER_RATE = 0.0005
"""Learning rate that is recommended after a loss that is not finite, unless the given one is hardly larger."""


class NotFinite(NamedTuple):
    """The first batch whose loss is not finite. Epoch, batch and update count from 0."""

    nll: float
    epoch: int
    batch: int
    update: int

    def error(self, folder: Path, layers: str, options: TrainingOptions) -> SeqkitError:
        """The error for the user.

        Args: folder, of the saved state; layers, a sentence about the recurrent layers; options, of the training.
        """
        rate = min(LOWER_RATE, options.learning_rate / 4)
        clip = "" if options.clip else ", and clip the gradient: --set clip=1"
        kept = f"{folder} keeps the last state that was saved."
        if not (folder / STATE).exists():
            kept = "No state had been saved yet."
        return SeqkitError(
            f"the loss became {self.nll} in epoch {self.epoch + 1}, batch {self.batch + 1} "
            f"(update {self.update + 1})",
            f"Try a smaller learning rate, with another --out: --set learning_rate={rate:g}{clip}. "
            f"{kept} {layers}".rstrip(),
        )


class PendingCounts:
    """Counts that are still on the device, in the order of the batches."""

    def __init__(self, every: int, group: Group) -> None:
        """Args: every, updates between two fetches; group, whose counts are summed."""
        self._every, self._group = every, group
        self._places: list[tuple[int, int, int]] = []
        self._counts: list[Tensor] = []
        self._norms: list[Tensor] = []

    def add(self, progress: Progress, counts: Counts) -> None:
        """Add the counts of the batch that `progress` is at."""
        self._places.append((progress.epoch, progress.batch, progress.updates))
        self._counts.append(torch.stack([widened(part).to(counts.nll.device) for part in counts]))

    def add_norm(self, norm: Tensor) -> None:
        """Add the gradient norm of an update."""
        self._norms.append(widened(norm))

    def due(self, updates: int) -> bool:
        """Whether a fetch is due after this number of updates."""
        return updates % self._every == 0

    def fetch(self) -> tuple[list[tuple[float, float, float]], list[float]]:
        """(nll, right, steps) of each batch, and the norms, since the last fetch."""
        counts = self._group.summed(torch.stack(self._counts)).tolist() if self._counts else []
        norms = torch.stack(self._norms).tolist() if self._norms else []
        return [(nll, right, steps) for nll, right, steps in counts], norms

    def settle(self, progress: Progress) -> NotFinite | None:
        """Add what is pending to the sums of an epoch; returns the first batch whose loss is not finite, if any."""
        counts, norms = self.fetch()
        places, self._places, self._counts, self._norms = self._places, [], [], []
        for place, (nll, right, steps) in zip(places, counts, strict=True):
            if not math.isfinite(nll):
                return NotFinite(nll, *place)
            progress.nll += nll
            progress.right += int(right)
            progress.steps += int(steps)
        progress.norm += sum(norms)
        progress.norms += len(norms)
        return None
