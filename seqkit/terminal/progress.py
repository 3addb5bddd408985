"""Progress of a training on stderr: a bar on a terminal, else a plain line every 30 s."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from seqkit.io.messages import drawing_stream
from seqkit.io.visible import visible
from seqkit.runtime.signals import bar_shown

if TYPE_CHECKING:
    from seqkit.evaluation.metric import Metric
    from seqkit.training.state import Progress

PLAIN_SECONDS = 30.0
"""Seconds between two lines if stderr is not a terminal."""


class TrainingReporter:
    """Reports loss, accuracy, steps (words, pieces) per second and time left of a training run."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self.minutes, self.total, self.of_epochs = 0.0, 0.0, ""
        self.console = Console(file=drawing_stream())
        self.bar = Bar(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TextColumn("{task.fields[now]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task = self.bar.add_task("train", total=None, epoch="1", now="")
        self._started = self._last_shown = time.monotonic()
        self._words, self._steps = 0, -1

    def __enter__(self) -> Self:
        bar_shown(self.console.is_terminal)
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()
        bar_shown(False)

    def start(self, epochs: int, minutes: float = 0.0) -> None:
        """Start before the first batch. Args: epochs, number of epochs; minutes, time limit in place of it, or 0."""
        self.minutes, self.of_epochs = minutes, "" if minutes else f"/{epochs}"
        self.total = minutes or float(epochs)
        self.bar.update(self.task, total=self.total)

    def note(self, message: str) -> None:
        """Print a message above the bar."""
        self._print(message)

    def step(self, progress: Progress, batches: int) -> None:
        """Update after each batch."""
        now = time.monotonic()
        if self._steps >= 0:
            # The step count restarts with each epoch.
            self._words += progress.steps - (self._steps if progress.steps >= self._steps else 0)
        self._steps = progress.steps
        speed = self._words / max(now - self._started, 1e-9)
        text = (
            f"loss {progress.nll / max(progress.steps, 1):.3f}  "
            f"accuracy {100 * progress.right / max(progress.steps, 1):.2f} %  {speed:,.0f} steps/s"
        )
        done = progress.seconds / 60 if self.minutes else progress.epoch + progress.batch / batches
        name = f"{progress.epoch + 1}{self.of_epochs}"
        self.bar.update(self.task, completed=done, epoch=name, now=text)
        if not self.console.is_terminal and now - self._last_shown > PLAIN_SECONDS:
            left = max(self.total - done, 0.0) * progress.seconds / max(done, 1e-9)
            self._print(f"epoch {name}  {text}  at most {left / 60:.0f} min left")

    def epoch(self, row: Mapping[str, Any], scores: Sequence[Metric]) -> None:
        """Print a line after each epoch, with its dev scores."""
        dev = "  ".join(f"dev {metric.title} {metric.shown}" for metric in scores)
        self._print(
            f"epoch {row['epoch']}{self.of_epochs}  loss {row['train_loss']:.3f}  "
            f"accuracy {100 * row['train_accuracy']:.2f} %  {dev}  {row['seconds']:.0f} s"
        )

    def _print(self, message: str) -> None:
        self._last_shown = time.monotonic()
        if self.console.is_terminal:
            self.console.print(visible(message), highlight=False, markup=False)
        else:
            print(message, file=sys.stderr, flush=True)
