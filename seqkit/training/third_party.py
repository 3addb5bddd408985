"""Create the task, objective, optimizer and schedule that records name, and check those of third-party plugins."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from numbers import Real
from typing import Any

import torch
from torch import nn

from seqkit.errors import PluginError, SeqkitError
from seqkit.extend.build import FIX, build, check_takes, class_of
from seqkit.extend.manager import load, registry
from seqkit.models.contracts import Counts, Loss
from seqkit.nn.placement import on_host
from seqkit.training.objective import Objective
from seqkit.training.request import TrainingRequest
from seqkit.training.request_sections import task_of, trained_task
from seqkit.training.trainable import Prepared, Trainable


def prepared_by_task(request: TrainingRequest, reporter: Any) -> Prepared:
    """The result of the task's `prepare`. Raises PluginError if it is not a Prepared."""
    spec = task_of(registry().find("models", request.sources.model))
    prepared = trained_task(spec.name).prepare(request, reporter)
    if not isinstance(prepared, Prepared):
        owner = registry().registered("tasks", spec.name).display_name
        problem = f"its `prepare` returns a {type(prepared).__name__}, not a Prepared"
        raise PluginError(f"{owner}, task '{spec.name}': {problem}", FIX)
    return prepared


def objective_of(name: str, options: Any, task: str) -> Objective:
    """The registered objective of that name. Raises PluginError for a class that is not an Objective.

    Args: task, the name of the task that computes its losses. Those of third-party tasks are checked, too.
    """
    registered = registry().registered("objectives", name)
    class_of(Objective, "objectives", name)
    made: Objective = build("objectives", name, options)
    if not registered.builtin:
        return CheckedObjective(made, f"{registered.display_name}, objective '{name}'")
    owner = registry().registered("tasks", task)
    return made if owner.builtin else CheckedObjective(made, f"{owner.display_name}, task '{task}'")


class CheckedObjective(Objective):
    """An objective whose losses are checked."""

    def __init__(self, made: Objective, owner: str) -> None:
        super().__init__(None)
        self._made, self._owner, self.divides = made, owner, made.divides

    def check(self, task: Trainable) -> None:
        """As the objective's."""
        self._made.check(task)

    def repeats_steps(self, task: Trainable) -> bool:
        """As the objective's."""
        return self._made.repeats_steps(task)

    def loss(self, task: Trainable, batch: Any) -> Loss:
        """The loss of the batch. Raises PluginError if it is not a Loss, and SeqkitError if it is not finite."""
        loss = self._made.loss(task, batch)
        if not isinstance(loss, Loss):
            raise PluginError(f"{self._owner}: its `loss` returns a {type(loss).__name__}, not a Loss", FIX)
        parts = {"total": loss.total, "weight": loss.weight, "counts": loss.counts}
        for name, part in parts.items():
            if not isinstance(part, Counts if name == "counts" else torch.Tensor):
                problem = f"{self._owner}: the {name} of its Loss is a {type(part).__name__}"
                raise PluginError(problem, "All of a Loss are tensors; see seqkit.models.contracts.Loss.")
        if tuple(loss.mean.shape):
            shape = tuple(loss.mean.shape)
            raise PluginError(f"{self._owner}: its `loss` has a mean of shape {shape}, not one number", FIX)
        if not on_host(loss.total):
            return loss  # the loop checks losses every few updates
        value = float(loss.mean.detach())
        if not math.isfinite(value):
            fix = "Try a smaller learning rate, with another --out, or tell the author of the plugin."
            raise SeqkitError(f"{self._owner}: its loss became {value}", fix)
        return loss


def optimizer_of(name: str, learning_rate: float, options: Any) -> Callable[[list[nn.Parameter]], Any]:
    """A function from parameters to the registered optimizer; it raises PluginError for another kind of object."""

    def make(parameters: list[nn.Parameter]) -> torch.optim.Optimizer:
        made = build("optimizers", name, parameters, learning_rate, options)
        if not isinstance(made, torch.optim.Optimizer):
            registered = registry().registered("optimizers", name)
            problem = f"{registered.spec.build} returns a {type(made).__name__}, not a torch.optim.Optimizer"
            raise PluginError(f"{registered.display_name}: {problem}", FIX)
        return made

    return make


def factor_of(name: str) -> Callable[[float], float]:
    """The registered schedule of that name."""
    registered = registry().registered("schedules", name)
    factor: Callable[[float], float] = load(registered.spec.factor)
    if registered.builtin:
        return factor
    check_takes(factor, (1.0,), registered, registered.spec.factor)
    return partial(_checked_factor, factor, f"{registered.display_name}, schedule '{name}'")


def _checked_factor(factor: Callable[[float], float], owner: str, left: float) -> float:
    value = factor(left)
    if not isinstance(value, Real) or not 0 <= value < math.inf:
        raise PluginError(f"{owner}: its factor is {value!r}, not a number of at least 0", FIX)
    return float(value)
