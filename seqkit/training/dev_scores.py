"""Scores of a model on dev during training."""

from __future__ import annotations

from seqkit.errors import PluginError
from seqkit.evaluation.metric import Metric
from seqkit.runtime.allocator import trim
from seqkit.training.group import Group
from seqkit.training.trainable import Trainable


def dev_scores(task: Trainable, group: Group) -> list[Metric]:
    """The scores on dev: the process that writes measures them and sends them to the others.

    Raises PluginError for a task whose `score` returns anything but a list of Metric.
    """
    scores = []
    if group.writes:
        scores = _checked(task.score(), task.name)
        trim()  # Training does not reuse the memory of a beam search over dev.
    return [Metric(*fields) for fields in group.broadcast([list(metric) for metric in scores])]


def _checked(scores: list[Metric], task: str) -> list[Metric]:
    """The scores with values that JSON can represent."""
    if not all(isinstance(metric, Metric) for metric in scores):
        raise PluginError(f"the task {task}: its `score` returns no list of Metric", "Tell its author.")
    return [metric._replace(value=float(metric.value)) for metric in scores]
