"""The options that a training has, as its model, objective and optimizer decide. Imports no torch."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.extend.build import class_of
from seqkit.extend.manager import registry
from seqkit.extend.specs import ModelSpec, TaskSpec
from seqkit.models.options import options_class
from seqkit.training.options import TrainingOptions
from seqkit.training.request import Sources
from seqkit.training.trained_task import TrainedTask

CHOICES = {"objective": "objectives", "optimizer": "optimizers"}
"""Training option -> the kind of record that it names. The options of that record are a section of the request."""


def task_of(spec: ModelSpec) -> TaskSpec:
    """The task of a model. Raises SeqkitError where no plugin offers it, and where two claim its name."""
    registry().check_uncontested("tasks", spec.task)
    known = {registered.spec.name: registered.spec for registered in registry().all("tasks")}
    if spec.task not in known:
        problem = f"{spec.name}: a model for {spec.task}, which this seqkit does not train"
        fix = f"It trains models for {', '.join(known)}.{registry().faults}"
        raise SeqkitError(problem, fix, exit_code=2)
    return known[spec.task]


def trained_task(name: str) -> TrainedTask:
    """The task of that name. Raises PluginError for a class that is none."""
    made: TrainedTask = class_of(TrainedTask, "tasks", name, "seqkit.tasks.Task")()
    return made


def sections_of(spec: ModelSpec, task: TaskSpec, values: Mapping[str, Any]) -> dict[str, type]:
    """Section -> its dataclass, as the options chosen so far decide."""
    plain = TrainingOptions()
    chosen = {
        name: registry().find(kind, str(values.get(name, getattr(plain, name)))).options
        for name, kind in CHOICES.items()
    }
    return {
        "sources": Sources,
        "task": task.options,
        "model": options_class(spec, values),
        "training": TrainingOptions,
        **chosen,
    }


def check_elsewhere(sections: Mapping[str, type], values: Mapping[str, Any]) -> None:
    """Raise SeqkitError for an option that belongs to another objective, optimizer or task than the chosen one."""
    own = {field.name for kind in sections.values() for field in dataclasses.fields(kind)}
    for key in values:
        if key in own:
            continue
        owners = [owner for owner, options in _all_options() if key in options]
        if owners:
            problem = f"option {key}={values[key]}: is for {' or '.join(owners)}"
            raise SeqkitError(problem, "Leave it out.", exit_code=2)


def _all_options() -> Iterator[tuple[str, set[str]]]:
    """Every objective, optimizer and task with the names of its options."""
    for kind, noun in (
        ("objectives", "the objective"),
        ("optimizers", "the optimizer"),
        ("tasks", "models for"),
    ):
        for registered in registry().all(kind):
            names = {field.name for field in dataclasses.fields(registered.spec.options)}
            yield f"{noun} {registered.spec.name}", names
