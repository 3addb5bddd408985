"""Checks of a schedule: a function from the share of the steps left to a share of the highest learning rate."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from numbers import Real

from seqkit.testing.check import Subject, check, expect
from seqkit.training.schedule import learning_rate

GRID = [step / 100 for step in range(101)]


@check("schedules")
def factor_takes_a_share(subject: Subject) -> None:
    """The function accepts one number."""
    inspect.signature(_factor(subject)).bind(0.5)


@check("schedules")
def factor_is_a_number(subject: Subject) -> None:
    """It returns a number everywhere."""
    others = {
        type(_factor(subject)(left)).__name__ for left in GRID if not isinstance(_factor(subject)(left), Real)
    }
    expect(not others, f"gives {', '.join(others)}")


@check("schedules")
def factor_is_finite(subject: Subject) -> None:
    """It is finite everywhere, at both ends, too."""
    expect(all(math.isfinite(_factor(subject)(left)) for left in GRID), "not finite")


@check("schedules")
def factor_is_not_negative(subject: Subject) -> None:
    """It is nowhere negative."""
    expect(all(_factor(subject)(left) >= 0 for left in GRID), "negative")


@check("schedules")
def factor_stays_below_the_highest(subject: Subject) -> None:
    """It is nowhere above 1: `learning_rate` is the highest rate."""
    highest = max(_factor(subject)(left) for left in GRID)
    expect(highest <= 1 + 1e-9, f"as high as {highest:.3g}")


@check("schedules")
def factor_reaches_the_highest(subject: Subject) -> None:
    """It comes near 1 somewhere, so that some step has the rate that the user set."""
    highest = max(_factor(subject)(left) for left in GRID)
    expect(highest > 0.5, f"no higher than {highest:.3g}")


@check("schedules")
def factor_is_not_zero_at_the_start(subject: Subject) -> None:
    """The first step after the warm-up has a rate above 0."""
    expect(_factor(subject)(1.0) > 0, "0 at the start")


@check("schedules")
def factor_repeats(subject: Subject) -> None:
    """The rate follows from the share alone: a resumed run has the same rates."""
    first = [_factor(subject)(left) for left in GRID]
    again = [_factor(subject)(left) for left in reversed(GRID)][::-1]
    expect(first == again, "the order of calls matters")


@check("schedules")
def factor_makes_no_jumps_within_a_step(subject: Subject) -> None:
    """Shares that differ by a rounding error have nearly equal rates, away from a few steps."""
    factor = _factor(subject)
    jumps = sum(abs(factor(left + 1e-9) - factor(left)) > 0.05 for left in GRID[:-1])
    expect(jumps < 20, f"{jumps} jumps among 100 shares")


@check("schedules")
def rates_follow_the_warm_up(subject: Subject) -> None:
    """With a warm-up the rate rises to that of the schedule."""
    rates = [learning_rate(0.01, progress, _factor(subject), 0.1) for progress in (0.0, 0.05, 0.1)]
    expect(0 <= rates[0] < rates[1] <= 0.01, f"rates {rates}")


@check("schedules")
def rates_are_positive_during_training(subject: Subject) -> None:
    """At least half of the steps have a rate above 0."""
    rates = [learning_rate(0.01, progress, _factor(subject), 0.0) for progress in GRID]
    expect(sum(rate > 0 for rate in rates) > 50, "most steps have a rate of 0")


def _factor(subject: Subject) -> Callable[[float], float]:
    found: Callable[[float], float] = subject.loaded("factor")
    return found
