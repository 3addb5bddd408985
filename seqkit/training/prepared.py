"""What a task hands to the flow of a run, which is the same for all tasks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from seqkit.training.loop import Task
from seqkit.training.request import Request
from seqkit.training.state import Progress


def nothing() -> None:
    """For a task with nothing to do after the last epoch."""


@dataclass
class Prepared:
    """A training that can begin: data read, model made with its first, seeded weights."""

    request: Request
    """With every option settled."""
    task: Task
    examples: str
    """Checksum of the training and dev examples."""
    card: Callable[[Progress, str], str]
    """(how it went, the command that began it) -> the model card."""
    silver: str | None = None
    """The pipeline that made the labels, where no person did."""
    finish: Callable[[], None] = nothing
    """What is left to do with the best weights."""
