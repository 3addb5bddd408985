"""Kinds of model, one folder each, and the contract that plugins' own kinds keep. Imports no torch.

A task subclasses `Task`; what it trains with subclasses `Trainable`. A name is imported when it is first used: every
command imports this package, for the records of the built-in tasks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from seqkit.evaluation.metric import Metric
    from seqkit.evaluation.report import Report, Section, Table
    from seqkit.models.contracts import Counts, Loss, StepLogProbs
    from seqkit.tasks.application import ApplyRequest, Chunk, Limits, OutputWriter, Reading
    from seqkit.tasks.contract import EvaluationRequest, Task
    from seqkit.tasks.example import TaskExample
    from seqkit.tasks.labelled import LabelledTask, LabelledTextTask
    from seqkit.tasks.loaded import LoadedModel
    from seqkit.tasks.python_values import ScoredText, checked_text
    from seqkit.tasks.texts import TextTask
    from seqkit.training.labelled import LabelledTrainable, label_ids
    from seqkit.training.request import TaskOptions, TrainingRequest
    from seqkit.training.trainable import Outputs, Prepared, Trainable

_WHERE = {
    "seqkit.evaluation.metric": "Metric",
    "seqkit.evaluation.report": "Report, Section, Table",
    "seqkit.models.contracts": "Counts, Loss, StepLogProbs",
    "seqkit.tasks.application": "ApplyRequest, Chunk, Limits, OutputWriter, Reading",
    "seqkit.tasks.contract": "EvaluationRequest, Task",
    "seqkit.tasks.example": "TaskExample",
    "seqkit.tasks.labelled": "LabelledTask, LabelledTextTask",
    "seqkit.tasks.loaded": "LoadedModel",
    "seqkit.tasks.python_values": "ScoredText, checked_text",
    "seqkit.tasks.texts": "TextTask",
    "seqkit.training.labelled": "LabelledTrainable, label_ids",
    "seqkit.training.request": "TaskOptions, TrainingRequest",
    "seqkit.training.trainable": "Outputs, Prepared, Trainable",
}
"""Module -> the names that come from it."""


def __getattr__(name: str) -> Any:
    for module, names in _WHERE.items():
        if name in names.split(", "):
            return getattr(import_module(module), name)
    raise AttributeError(f"module {__name__} has no attribute {name}")


__all__ = [
    "ApplyRequest",
    "Chunk",
    "Counts",
    "EvaluationRequest",
    "LabelledTask",
    "LabelledTextTask",
    "LabelledTrainable",
    "Limits",
    "LoadedModel",
    "Loss",
    "Metric",
    "OutputWriter",
    "Outputs",
    "Prepared",
    "Reading",
    "Report",
    "ScoredText",
    "Section",
    "StepLogProbs",
    "Table",
    "Task",
    "TaskExample",
    "TaskOptions",
    "TextTask",
    "Trainable",
    "TrainingRequest",
    "checked_text",
    "label_ids",
]
