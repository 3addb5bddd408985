"""A metric, an objective, an optimizer and a schedule, for version 1 of the plugin API. Frozen: never change it."""

from dataclasses import dataclass

import numpy as np
import torch

from seqkit import MetricSpec, ObjectiveSpec, OptimizerSpec, ScheduleSpec, hookimpl
from seqkit.evaluation.corpus_metric import CorpusMetric
from seqkit.training.objective import Objective

SEQKIT_PLUGIN_API = 1


@dataclass(frozen=True)
class Options:
    share: float = 0.5
    """How much the loss counts."""


class LengthError(CorpusMetric):
    def statistics(self, outputs, references):
        pairs = zip(outputs, references, strict=True)
        rows = [(abs(len(a.split()) - len(b.split())), 1) for a, b in pairs]
        return np.array(rows, dtype=np.float64).reshape(-1, 2)

    def score(self, sums_K):
        return float(sums_K[0] / max(sums_K[1], 1.0))


class Share(Objective):
    def loss(self, task, batch):
        loss = task.loss(batch)
        return loss._replace(total=self.options.share * loss.total)


def build(parameters, learning_rate, options):
    return torch.optim.SGD(parameters, lr=learning_rate)


def square(left):
    return left**2


@hookimpl
def seqkit_metrics():
    yield MetricSpec("length-error", metric="tools:LengthError", higher_is_better=False, summary="lengths")


@hookimpl
def seqkit_objectives():
    yield ObjectiveSpec("share", objective="tools:Share", options=Options, summary="a share of the loss")


@hookimpl
def seqkit_optimizers():
    yield OptimizerSpec("plain", build="tools:build", summary="plain descent")


@hookimpl
def seqkit_schedules():
    yield ScheduleSpec("square", factor="tools:square", summary="quadratic decay")
