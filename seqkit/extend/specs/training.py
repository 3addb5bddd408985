"""Records of how models are trained and scored."""

from __future__ import annotations

from dataclasses import dataclass

from seqkit.extend.specs.options import NoOptions


@dataclass(frozen=True)
class ObjectiveSpec:
    """A loss to minimise.

    `objective` names a subclass of `seqkit.training.objective.Objective`, created as `objective(options)`. It is
    selected by `--set objective=NAME`; the fields of `options`, a frozen dataclass, are set by `--set name=value` or,
    if two records have a field of one name, by `--set objective.name=value`.
    """

    name: str
    objective: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class OptimizerSpec:
    """An optimizer.

    `build` names a function `(parameters, learning_rate, options) -> torch.optim.Optimizer`. It is selected by
    `--set optimizer=NAME`; options are set as those of an objective.
    """

    name: str
    build: str
    options: type = NoOptions
    summary: str = ""


@dataclass(frozen=True)
class ScheduleSpec:
    """A schedule of the learning rate after the warm-up.

    `factor` names a function from the share of the steps left, 1 to 0, to the share of the highest learning rate. It is
    selected by `--set schedule=NAME`.
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
    """Shown after its values, such as "%" or "edits"."""
    summary: str = ""
    title: str = ""
    """Its title in tables, such as "chrF2"; "" is its name."""
