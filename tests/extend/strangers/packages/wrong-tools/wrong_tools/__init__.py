"""Objectives, optimizers, schedules and metrics that break their contracts, each in its own way."""

from __future__ import annotations

from seqkit import MetricSpec, ObjectiveSpec, OptimizerSpec, ScheduleSpec, hookimpl


@hookimpl
def seqkit_objectives():
    for name in ("NoLoss", "NoNumber", "NoObjective", "Raises", "Vector", "WithoutOptions"):
        yield ObjectiveSpec(f"wrong-{name}", f"wrong_tools.parts:{name}")
    yield ObjectiveSpec("wrong-Abstract", "wrong_tools.parts:AbstractObjective")
    yield ObjectiveSpec("wrong-Absent", "wrong_tools.parts:Absent")


@hookimpl
def seqkit_optimizers():
    for name in ("gives_none", "gives_text", "of_one", "raises_in_step"):
        yield OptimizerSpec(f"wrong-{name}", f"wrong_tools.parts:{name}")


@hookimpl
def seqkit_schedules():
    for name in ("text", "no_number", "negative", "of_two", "raises"):
        yield ScheduleSpec(f"wrong-{name}", f"wrong_tools.parts:{name}")


@hookimpl
def seqkit_metrics():
    for name in ("NoMetric", "RaisesInScore", "NoScore", "NoneScore", "TooFew", "Abstract"):
        yield MetricSpec(f"wrong-{name}", f"wrong_tools.parts:{name}")
