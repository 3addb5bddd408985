"""Kinds of model, one folder each, and the contract that plugins' own kinds keep. Imports no torch.

A task subclasses `Task`; what it trains with subclasses `Trainable`.
"""

from seqkit.evaluation.metric import Metric
from seqkit.evaluation.report import Report, Section, Table
from seqkit.models.contracts import Counts, Loss, StepLogProbs
from seqkit.tasks.application import ApplyRequest, Chunk, Limits, OutputWriter, Reading
from seqkit.tasks.contract import EvaluationRequest, Task
from seqkit.training.request import TaskOptions, TrainingRequest
from seqkit.training.trainable import Outputs, Prepared, Trainable

__all__ = [
    "ApplyRequest",
    "Chunk",
    "Counts",
    "EvaluationRequest",
    "Limits",
    "Loss",
    "Metric",
    "OutputWriter",
    "Outputs",
    "Prepared",
    "Reading",
    "Report",
    "Section",
    "StepLogProbs",
    "Table",
    "Task",
    "TaskOptions",
    "Trainable",
    "TrainingRequest",
]
