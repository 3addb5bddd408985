"""The built-in objectives, optimizers and schedules, registered through the plugin hooks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf

from seqkit.config import check_range
from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import ObjectiveSpec, OptimizerSpec, ScheduleSpec
from seqkit.training.objective_options import NLLOptions, RDropOptions, RiskOptions, ScheduledOptions

OBJECTIVES = "seqkit.training.objectives"


@dataclass(frozen=True)
class AdamOptions:
    """Options of the optimizer `adam`."""

    weight_decay: float = 0.0
    """Weight decay, decoupled from the gradient (Loshchilov & Hutter 2019)."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, inf, "weight_decay")


@dataclass(frozen=True)
class SGDOptions:
    """Options of the optimizer `sgd`."""

    momentum: float = field(default=0.0, metadata={"unit": "share"})
    """Momentum: share of the previous step that is added."""
    weight_decay: float = 0.0
    """Weight decay, as a part of the gradient."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0, inf, "momentum", "weight_decay")


@hookimpl
def seqkit_objectives() -> Iterable[ObjectiveSpec]:
    """Negative log-likelihood, R-Drop, scheduled sampling and minimum risk training."""
    yield ObjectiveSpec(
        "nll",
        objective="seqkit.training.objective:NLL",
        options=NLLOptions,
        summary="negative log-likelihood, with label smoothing",
    )
    yield ObjectiveSpec(
        "r-drop",
        objective=f"{OBJECTIVES}:RDrop",
        options=RDropOptions,
        summary="R-Drop: nll of two dropout passes and the divergence between them (Liang et al. 2021)",
    )
    yield ObjectiveSpec(
        "scheduled-sampling",
        objective=f"{OBJECTIVES}:ScheduledSampling",
        options=ScheduledOptions,
        summary="scheduled sampling: nll with some of the decoder's own symbols as input (Bengio et al. 2015)",
    )
    yield ObjectiveSpec(
        "mrt",
        objective=f"{OBJECTIVES}:MinimumRisk",
        options=RiskOptions,
        summary="minimum risk training: expected cost of whole outputs by a metric (Shen et al. 2016)",
    )


@hookimpl
def seqkit_optimizers() -> Iterable[OptimizerSpec]:
    """Adam and SGD."""
    yield OptimizerSpec(
        "adam",
        build="seqkit.training.optimizers:adam",
        options=AdamOptions,
        summary="Adam (Kingma & Ba 2015)",
    )
    yield OptimizerSpec(
        "sgd",
        build="seqkit.training.optimizers:sgd",
        options=SGDOptions,
        summary="stochastic gradient descent",
    )


@hookimpl
def seqkit_schedules() -> Iterable[ScheduleSpec]:
    """Constant, linear and cosine."""
    yield ScheduleSpec("constant", factor="seqkit.training.schedule:constant", summary="no decay")
    yield ScheduleSpec("linear", factor="seqkit.training.schedule:linear", summary="linear decay to 0")
    yield ScheduleSpec(
        "cosine",
        factor="seqkit.training.schedule:cosine",
        summary="cosine decay to 0 (Loshchilov & Hutter 2017)",
    )
