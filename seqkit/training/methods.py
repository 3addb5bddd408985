"""The objective, optimizer, schedule and constraint of a training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from seqkit.extend.manager import registry
from seqkit.training.objective import Objective
from seqkit.training.recurrent_weights import Constrain, at_recurrent_rate, constraint_of
from seqkit.training.request import TrainingRequest
from seqkit.training.third_party import factor_of, objective_of, optimizer_of
from seqkit.training.time_parallel import TimeParallelTraining, time_parallel_of


@dataclass(frozen=True)
class Methods:
    """What the training loop minimises, and how."""

    objective: Objective
    optimizer: Callable[[list[nn.Parameter]], torch.optim.Optimizer]
    factor: Callable[[float], float]
    """Share of the steps left -> share of the highest learning rate."""
    constrain: Constrain | None = None
    """Brings the weights back within a constraint after each update."""
    time_parallel: TimeParallelTraining | None = None
    """Solves recurrent layers for all time steps at once."""


def methods_of(request: TrainingRequest, model: nn.Module) -> Methods:
    """The objective, optimizer, schedule and constraint that a request names."""
    options, task = request.training, registry().find("models", request.sources.model).task
    return Methods(
        objective=objective_of(options.objective, request.objective, task),
        optimizer=at_recurrent_rate(
            optimizer_of(options.optimizer, options.learning_rate, request.optimizer), model, options
        ),
        factor=factor_of(options.schedule),
        constrain=constraint_of(model, options),
        time_parallel=time_parallel_of(model, options),
    )
