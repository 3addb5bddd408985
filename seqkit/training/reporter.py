"""The interface through which a training reports its progress. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from seqkit.evaluation.metric import Metric

if TYPE_CHECKING:
    from seqkit.training.state import Progress


class Reporter(Protocol):
    """Receives the progress of a training."""

    def start(self, epochs: int, minutes: float) -> None:
        """Training begins. Args: minutes, its limit; 0: none."""

    def step(self, progress: Progress, batches: int) -> None:
        """An update is done. Args: batches, how many the epoch has."""

    def epoch(self, row: Mapping[str, Any], scores: Sequence[Metric]) -> None:
        """An epoch is done. Args: row, its line of `metrics.csv`; scores, on dev, the decisive one first."""

    def note(self, message: str) -> None:
        """Show a message to the user."""
