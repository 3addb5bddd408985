"""An objective, an optimizer, a schedule and metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from seqkit import MetricSpec, ObjectiveSpec, OptimizerSpec, ScheduleSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class FocalOptions:
    """Options of the objective `focal`."""

    gamma: float = 2.0
    """Exponent of 1 - p; 0 gives the negative log-likelihood."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a negative exponent."""
        check_range(self, 0, inf, "gamma")


@dataclass(frozen=True)
class HeavyBallOptions:
    """Options of the optimizer `heavy-ball`."""

    mu: float = 0.0
    """Share of the last step that is taken again."""


@hookimpl
def seqkit_objectives() -> Iterable[ObjectiveSpec]:
    """The objective `focal`."""
    yield ObjectiveSpec("focal", "training_tools.focal:Focal", FocalOptions, "focal loss (Lin et al. 2017)")


@hookimpl
def seqkit_optimizers() -> Iterable[OptimizerSpec]:
    """The optimizer `heavy-ball`."""
    yield OptimizerSpec("heavy-ball", "training_tools.heavy_ball:build", HeavyBallOptions)


@hookimpl
def seqkit_schedules() -> Iterable[ScheduleSpec]:
    """The schedule `square`."""
    yield ScheduleSpec("square", "training_tools.schedule:square")


@hookimpl
def seqkit_metrics() -> Iterable[MetricSpec]:
    """Metrics of the length of outputs, and one with given values in either direction."""
    yield MetricSpec(
        "length-error", "training_tools.metrics:LengthError", higher_is_better=False, unit="characters"
    )
    yield MetricSpec("given-up", "training_tools.metrics:Given")
    yield MetricSpec("given-down", "training_tools.metrics:Given", higher_is_better=False)
