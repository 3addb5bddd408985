"""Decide whether, and how, a layer is solved for all steps at once: a function of weights, inputs and threads."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from seqkit.nn.time_parallel.newton import most_iterations
from seqkit.nn.time_parallel.payoff import loop_seconds, parallel_seconds, work_of
from seqkit.nn.time_parallel.predict import Forecast, exponent_of, forecast
from seqkit.nn.time_parallel.steps import Form, LayerSteps


@dataclass(frozen=True)
class Decision:
    """About one layer."""

    form: Form | None
    """Of the Jacobians of the iterations; None: the loop."""
    reason: str
    update: int
    """Update of the training at which it was made."""


@dataclass(frozen=True)
class Option:
    """One way of solving a layer, with what is expected of it."""

    forecast: Forecast
    ratio: float
    """Calculated time of a training step, relative to the loop's; infinite where it does not converge."""


def options(steps: LayerSteps, start_BN: Tensor, exact: Form, threads: int) -> list[Option]:
    """The ways of solving a layer, newton first: quasi-newton is another only where features mix."""
    found = exponent_of(steps, start_BN)
    work, (B, T) = work_of(steps.layer, steps.x_BTD), steps.shape
    device = steps.x_BTD.device.type
    loop = loop_seconds(work, B, T, device, threads)
    ways = []
    equal_parts = len(set(steps.sizes)) == 1
    for form in dict.fromkeys((exact, "diagonal" if exact == "dense" and equal_parts else exact)):
        expected = forecast(steps, start_BN, form, exact, found)
        iterations = expected.iterations if expected.converges else float("inf")
        ways.append(
            Option(expected, parallel_seconds(work, steps, form, exact, iterations, device, threads) / loop)
        )
    return ways


def decide(steps: LayerSteps, start_BN: Tensor, exact: Form, update: int, threads: int) -> Decision:
    """The fastest way that is expected to converge, or the loop."""
    ways = options(steps, start_BN, exact, threads)
    best = min(ways, key=lambda way: way.ratio)
    form = best.forecast.form if best.ratio < 1 else None
    return Decision(form, f"{'loop' if form is None else best.forecast.method}, {reason(best)}", update)


def reason(way: Option) -> str:
    """Why, in one line."""
    expected = way.forecast
    exponent = (
        "too few steps for an exponent" if expected.exponent is None else f"λ = {expected.exponent:+.3f}"
    )
    if not expected.converges:
        return f"{exponent}: not expected to converge within {most_iterations(expected.steps)} iterations"
    return (
        f"{exponent}: {expected.iterations:.0f} iterations expected on {expected.steps} steps, "
        f"{way.ratio:.2g} times the time of the loop by calculation"
    )
