"""A running average of the weights (Polyak & Juditsky 1992), which scores better on dev than the last weights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from seqkit.nn.placement import on_host


def start_average(model: nn.Module) -> dict[str, Tensor]:
    """The weights of a model by name, copied."""
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


@torch.no_grad()
def update_average(average: dict[str, Tensor], model: nn.Module, decay: float, updates: int) -> None:
    """average = d · average + (1 - d) · weights, with d = `decay`, less at first to forget the initial weights."""
    if not average:
        return
    decay = min(decay, (1 + updates) / (10 + updates))
    weights = [parameter.detach() for parameter in model.parameters()]
    torch._foreach_lerp_(list(average.values()), weights, 1 - decay)


@contextmanager
def averaged_weights(model: nn.Module, average: dict[str, Tensor]) -> Iterator[None]:
    """A context in which the model has the averaged weights instead of its own."""

    def swap() -> None:
        for name, parameter in model.named_parameters():
            if name not in average:
                continue
            if on_host(parameter):
                parameter.data, average[name] = average[name], parameter.data
            else:  # cuDNN needs the weights of a layer to stay in one contiguous block
                held = parameter.detach().clone()
                parameter.data.copy_(average[name])
                average[name] = held

    swap()
    try:
        yield
    finally:
        swap()
