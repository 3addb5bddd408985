"""The contract of watchers, which display the progress of a run, and statistics of each worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from seqkit.batch.driver import Run


class Watcher(Protocol):
    """Receives the progress of a run."""

    def begin(self, run: Run) -> None:
        """Start before the first job."""

    def tick(self, run: Run) -> None:
        """Update the display; called regularly during the run."""

    def note(self, message: str) -> None:
        """Show a message to the user."""

    def end(self, run: Run) -> None:
        """Finish after the last job."""


@dataclass
class WorkerFacts:
    """The work of one worker process in this call."""

    words: int = 0
    seconds: float = 0.0
    """Working time."""
    memory: int = 0
    """Peak resident memory in bytes."""

    def add(self, row: dict[str, Any]) -> None:
        """Count a part."""
        self.words += row["words"]
        self.seconds += row["seconds"]
        self.memory = max(self.memory, row["memory"])

    @property
    def rate(self) -> float:
        """Words per second of working time."""
        return self.words / max(self.seconds, 1e-6)
