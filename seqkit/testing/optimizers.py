"""Checks of an optimizer: updates, memory, and resuming."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from seqkit.extend.build import build
from seqkit.testing.check import Subject, check, expect
from seqkit.testing.layers import generator

RATE = 0.01


@check("optimizers")
def result_is_an_optimizer(subject: Subject) -> None:
    """`build(parameters, learning_rate, options)` returns a `torch.optim.Optimizer`."""
    made = _optimizer(subject, _parameters())
    expect(isinstance(made, torch.optim.Optimizer), f"a {type(made).__name__}")


@check("optimizers")
def parameters_are_all_held(subject: Subject) -> None:
    """Every parameter is in a group of the optimizer, once."""
    own = _parameters()
    held = [one for group in _optimizer(subject, own).param_groups for one in group["params"]]
    expect(sorted(map(id, held)) == sorted(map(id, own)), "a parameter is missing, or there twice")


@check("optimizers")
def parameters_may_come_one_by_one(subject: Subject) -> None:
    """The parameters may be an iterator."""
    expect(
        build("optimizers", subject.name, iter(_parameters()), RATE, subject.spec.options()),
        "nothing is made",
    )


@check("optimizers")
def learning_rate_is_the_groups(subject: Subject) -> None:
    """Each group has the learning rate as `lr`, which the loop sets before each step."""
    rates = {group.get("lr") for group in _optimizer(subject, _parameters()).param_groups}
    expect(rates == {RATE}, f"lr is {rates}")


@check("optimizers")
def steps_follow_the_learning_rate(subject: Subject) -> None:
    """A learning rate of 0 changes nothing."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    before = [one.detach().clone() for one in own]
    _steps(optimizer, own, 2)
    expect(
        all(torch.equal(old, new) for old, new in zip(before, own, strict=True)), "weights change at rate 0"
    )


@check("optimizers")
def larger_rates_make_larger_steps(subject: Subject) -> None:
    """A step at ten times the rate changes the weights more."""
    short, long = (_way(subject, rate) for rate in (RATE, 10 * RATE))
    expect(long > short > 0, f"{short:.3g} at {RATE}, {long:.3g} at {10 * RATE}")


@check("optimizers")
def every_shape_is_updated(subject: Subject) -> None:
    """Numbers, vectors, matrices and kernels all change."""
    own = _parameters()
    before = [one.detach().clone() for one in own]
    _steps(_optimizer(subject, own), own, 1)
    same = [tuple(old.shape) for old, new in zip(before, own, strict=True) if torch.equal(old, new)]
    expect(not same, f"parameters of shapes {same} do not change")


@check("optimizers")
def parameters_without_gradient_stay(subject: Subject) -> None:
    """A parameter that has no gradient is left alone."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    idle = own[0].detach().clone()
    _gradients(own)
    own[0].grad = None
    optimizer.step()
    expect(torch.equal(own[0], idle), "it was changed")


@check("optimizers")
def gradients_of_zero_are_harmless(subject: Subject) -> None:
    """Gradients of 0 leave finite weights."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    for one in own:
        one.grad = torch.zeros_like(one)
    optimizer.step()
    expect(all(bool(one.isfinite().all()) for one in own), "a weight is not finite")


@check("optimizers")
def large_gradients_are_harmless(subject: Subject) -> None:
    """Gradients of 1e4, within clipping, leave finite weights."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    for one in own:
        one.grad = torch.full_like(one, 1e4)
    optimizer.step()
    expect(all(bool(one.isfinite().all()) for one in own), "a weight is not finite")


@check("optimizers")
def descent_lowers_a_quadratic(subject: Subject) -> None:
    """200 steps lower Σ θ²."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    first = float(_loss(own).detach())
    _steps(optimizer, own, 200)
    expect(
        float(_loss(own).detach()) < first, f"Σ θ² goes from {first:.3f} to {float(_loss(own).detach()):.3f}"
    )


@check("optimizers")
def results_repeat(subject: Subject) -> None:
    """Two runs give the same bits."""
    expect(_equal(_run(subject, 7), _run(subject, 7)), "two runs differ")


@check("optimizers")
def no_random_number_is_drawn(subject: Subject) -> None:
    """A step leaves torch's random state."""
    before = torch.get_rng_state()
    _run(subject, 3)
    expect(torch.equal(before, torch.get_rng_state()), "the random state changes")


@check("optimizers")
def a_resumed_run_goes_on(subject: Subject) -> None:
    """A run continues with the same bits after `load_state_dict`: all memory is in `self.state`."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    _steps(optimizer, own, 4)
    kept = copy.deepcopy(optimizer.state_dict())
    other = [nn.Parameter(one.detach().clone()) for one in own]
    resumed = _optimizer(subject, other)
    resumed.load_state_dict(kept)
    _steps(optimizer, own, 3)
    _steps(resumed, other, 3)
    expect(_equal(own, other), "a resumed run differs")


@check("optimizers")
def memory_is_tensors_and_numbers(subject: Subject) -> None:
    """The state of a parameter can be saved: tensors and numbers by name."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    _steps(optimizer, own, 2)
    kept = [value for memory in optimizer.state.values() for value in memory.values()]
    others = {
        type(one).__name__ for one in kept if one is not None and not isinstance(one, Tensor | int | float)
    }
    expect(not others, f"remembers {', '.join(others)}")


@check("optimizers")
def gradients_are_left_alone(subject: Subject) -> None:
    """A step does not change the gradients, which the loop counts."""
    own = _parameters()
    optimizer = _optimizer(subject, own)
    _gradients(own)
    before = [one.grad.clone() for one in own if one.grad is not None]
    optimizer.step()
    after = [one.grad for one in own if one.grad is not None]
    expect(_equal(before, after), "a gradient was changed in place")


@check("optimizers")
def parameters_keep_their_identity(subject: Subject) -> None:
    """Weights are changed in place: shape, dtype and memory stay."""
    own = _parameters()
    places = [one.data_ptr() for one in own]
    _steps(_optimizer(subject, own), own, 2)
    expect([one.data_ptr() for one in own] == places, "a parameter was replaced")


def _parameters() -> list[nn.Parameter]:
    shapes: list[tuple[int, ...]] = [(3,), (4, 5), (2, 3, 3, 3), (1,)]
    drawn = generator()
    return [nn.Parameter(torch.randn(shape, generator=drawn)) for shape in shapes]


def _optimizer(subject: Subject, parameters: list[nn.Parameter], rate: float = RATE) -> torch.optim.Optimizer:
    made: torch.optim.Optimizer = build("optimizers", subject.name, parameters, rate, subject.spec.options())
    return made


def _loss(parameters: list[nn.Parameter]) -> Tensor:
    return torch.stack([one.square().sum() for one in parameters]).sum()


def _gradients(parameters: list[nn.Parameter]) -> None:
    for one in parameters:
        one.grad = None
    _loss(parameters).backward()


def _steps(optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter], count: int) -> None:
    for _ in range(count):
        _gradients(parameters)
        optimizer.step()


def _run(subject: Subject, count: int) -> list[nn.Parameter]:
    own = _parameters()
    _steps(_optimizer(subject, own), own, count)
    return own


def _way(subject: Subject, rate: float) -> float:
    """The size of one step."""
    own, before = _parameters(), _parameters()
    _steps(_optimizer(subject, own, rate), own, 1)
    return sum(float((new - old).detach().norm()) for old, new in zip(before, own, strict=True))


def _equal(first: list[Tensor] | list[nn.Parameter], second: list[Tensor] | list[nn.Parameter]) -> bool:
    return all(torch.equal(ours, theirs) for ours, theirs in zip(first, second, strict=True))
