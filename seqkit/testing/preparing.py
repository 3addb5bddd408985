"""Prepare, train and load a model of a task's example, once for all checks of a record."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from seqkit.evaluation.metric import Metric
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import TaskSpec
from seqkit.tasks.contract import Task, task_named
from seqkit.tasks.example import TaskExample
from seqkit.testing.check import Skipped, Subject
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.request import TrainingRequest
from seqkit.training.state import Progress
from seqkit.training.third_party import prepared_by_task
from seqkit.training.trainable import Prepared


class Quiet:
    """A reporter that shows nothing."""

    def start(self, epochs: int, minutes: float) -> None:
        """Ignore the start."""

    def step(self, progress: Progress, batches: int) -> None:
        """Ignore a step."""

    def epoch(self, row: Mapping[str, Any], scores: Sequence[Metric]) -> None:
        """Ignore an epoch."""

    def note(self, message: str) -> None:
        """Ignore a remark."""


def task_spec(subject: Subject) -> TaskSpec:
    """The record of the task, of a model's task for a model."""
    spec = subject.spec
    found: TaskSpec = spec if subject.kind == "tasks" else registry().find("tasks", spec.task)
    return found


def task_of(subject: Subject) -> Task:
    """The task."""
    return task_named(task_spec(subject).name)


def example_of(subject: Subject) -> TaskExample:
    """The task's example. Raises Skipped if its record names none."""
    reference = task_spec(subject).example
    if reference is None:
        raise Skipped(f"the task {task_spec(subject).name} names no example to train with")
    return subject.once("example", lambda: load(reference)(folder_of(subject)))


def folder_of(subject: Subject) -> Path:
    """A folder for the checks of this record, deleted with it."""
    held = subject.once("folder", lambda: tempfile.TemporaryDirectory(prefix="seqkit-"))
    return Path(held.name)


def model_of(subject: Subject) -> str:
    """The name of the model."""
    return subject.name if subject.kind == "models" else example_of(subject).model


def request_of(subject: Subject, **more: Any) -> TrainingRequest:
    """The request that trains the model on the example."""
    example, model = example_of(subject), model_of(subject)
    own = dict(example.model_options) if model == example.model else {}
    return make_request(arguments_of({"model": model, **example.options, **own, "threads": 1, **more}))


def prepared(subject: Subject) -> Prepared:
    """The result of `prepare` for the example."""
    return subject.once("prepared", lambda: prepared_again(subject))


def prepared_again(subject: Subject, seed: int = 1) -> Prepared:
    """As `prepared`, computed again."""
    torch.manual_seed(seed)
    return prepared_by_task(request_of(subject, seed=seed), Quiet())


def trained(subject: Subject) -> Path:
    """The folder of a model that is trained on the example."""
    return subject.once("trained", lambda: _train(subject))


def _train(subject: Subject) -> Path:
    from seqkit.training.run import train

    out = folder_of(subject) / "run"
    train(request_of(subject, seed=1), out, "seqkit train", Quiet())
    return out
