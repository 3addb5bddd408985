"""Measure memory and time of one training step, by module.

Memory is that of the tensors that autograd saves for the backward pass (`seqkit.nn.saved`). Time of the backward pass
is attributed to the module whose saved tensors were requested last.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from seqkit.nn.placement import placed_for
from seqkit.nn.saved import SavedBytes
from seqkit.tasks.inspecting import Subject


@dataclass(frozen=True)
class Cost:
    """Memory and time of one module, without its submodules."""

    module: str
    bytes: int
    """Bytes of saved tensors."""
    forward: float
    """Seconds of the forward pass."""
    backward: float
    """Seconds of the backward pass."""


class _Clock(SavedBytes):
    """Measures saved bytes and time by module."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__(without=model.parameters())
        self.forward: dict[str, float] = {}
        self.backward: dict[str, float] = {}
        self._stack, self._since, self._behind = ["loss"], time.perf_counter(), ""
        self.place = "loss"

    def enter(self, name: str) -> None:
        self._charge(self.forward, self._stack[-1])
        self._stack.append(name)
        self.place = name

    def leave(self) -> None:
        self._charge(self.forward, self._stack.pop())
        self.place = self._stack[-1]

    def turn(self) -> None:
        """Mark the end of the forward pass."""
        self._charge(self.forward, self._stack[-1])
        self._behind = self._stack[-1]

    def unpacked(self, place: str) -> None:
        self._charge(self.backward, self._behind)
        self._behind = place

    def end(self) -> None:
        self._charge(self.backward, self._behind)

    def _charge(self, times: dict[str, float], name: str) -> None:
        now = time.perf_counter()
        times[name] = times.get(name, 0.0) + now - self._since
        self._since = now


def costs(subject: Subject, indices: list[int]) -> list[Cost]:
    """Measure a training step on these examples, with dropout, after one step as warm-up."""
    batch = placed_for(subject.model, subject.collate(indices))
    model: nn.Module = subject.model
    model.train()
    try:
        _step(subject, batch, None)
        clock = _Clock(model)
        _step(subject, batch, clock)
    finally:
        model.eval()
        model.zero_grad(set_to_none=True)
    names = dict.fromkeys([*clock.by_place, *clock.forward, *clock.backward])
    return [
        Cost(name, clock.by_place.get(name, 0), clock.forward.get(name, 0.0), clock.backward.get(name, 0.0))
        for name in names
    ]


def _step(subject: Subject, batch: Any, clock: _Clock | None) -> None:
    model: nn.Module = subject.model
    model.zero_grad(set_to_none=True)
    if clock is None:
        subject.step_losses(batch).sum().backward()
        return
    hooks = [hook for name, module in model.named_modules() if name for hook in _hooks(module, name, clock)]
    try:
        with clock:
            total: Tensor = subject.step_losses(batch).sum()
            clock.turn()
            total.backward()
            clock.end()
    finally:
        for hook in hooks:
            hook.remove()


def _hooks(module: nn.Module, name: str, clock: _Clock) -> list[torch.utils.hooks.RemovableHandle]:
    before: Callable[..., None] = lambda *_: clock.enter(name)  # noqa: E731
    after: Callable[..., None] = lambda *_: clock.leave()  # noqa: E731
    return [module.register_forward_pre_hook(before), module.register_forward_hook(after)]
