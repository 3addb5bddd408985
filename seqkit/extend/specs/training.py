"""Records of objectives, optimizers, schedules and metrics."""

from __future__ import annotations

from dataclasses import dataclass

from seqkit.extend.specs.options import NoOptions


@dataclass(frozen=True)
class ObjectiveSpec:
    """A loss to minimise.

    `objective` names a subclass of `seqkit.training.objective.Objective`, created as `objective(options)`. It is
    selected by `--set objective=NAME`; the fields of `options`, a frozen dataclass, are set by `--set name=value` or,
    if two records have a field of the same name, by `--set objective.name=value`.
    """

    name: str
    objective: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class OptimizerSpec:
    """An optimizer.

    `build` names a function `(parameters, learning_rate, options) -> torch.optim.Optimizer`. It is selected by
    `--set optimizer=NAME`; its options are set like those of an objective.
    """

    name: str
    build: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class ScheduleSpec:
    """A schedule of the learning rate after the warm-up.

    `factor` names a function from the remaining share of the steps, 1 to 0, to the learning rate as a share of its
    maximum. It is selected by `--set schedule=NAME`.
    """

    name: str
    factor: str
    summary: str = ""


@dataclass(frozen=True)
class MetricSpec:
    """A score of outputs against references.

    `metric` names a subclass of `seqkit.evaluation.corpus_metric.CorpusMetric`, created without arguments.
    """

    name: str
    metric: str
    higher_is_better: bool = True
    unit: str = ""
    """Unit of the values, such as "%" or "edits"."""
    summary: str = ""
    title: str = ""
    """Title in tables, such as "chrF2"; "": the name."""
