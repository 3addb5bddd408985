"""A score as a value with name, unit, interval and direction. Imports no torch."""

from __future__ import annotations

import math
from typing import NamedTuple

PERCENT, POINTS = "share, %", "share"
"""Units of shares from 0 to 1, shown times 100, with and without the percent sign."""
NATS = "nats a step"
"""Unit of a negative log-likelihood; plots show it on the axis of the training loss."""


class Metric(NamedTuple):
    """A score of a system."""

    name: str
    value: float
    interval: tuple[float, float] | None = None
    """95 % confidence interval, in the unit of `value`; None if not estimated."""
    higher_is_better: bool = True
    unit: str = PERCENT
    """PERCENT or POINTS if `value` is a share from 0 to 1; any other text is shown after the value."""
    likelihood: bool = False
    """Whether it is a likelihood, which may still improve while counts of exact matches do not."""

    @property
    def title(self) -> str:
        """The name with spaces: `character error`."""
        return self.name.replace("_", " ")

    @property
    def shown(self) -> str:
        """The value with its unit for tables and progress lines: `95.92 %`, `38.12`, `4.071`."""
        if self.unit in (PERCENT, POINTS):
            return f"{100 * self.value:.2f}" + (" %" if self.unit == PERCENT else "")
        return f"{self.value:.3f}" + (f" {self.unit}" if self.unit else "")

    def improves_on(self, other: Metric) -> bool:
        """Whether this value is better than another one of the same metric."""
        if math.isnan(other.value):
            return not math.isnan(self.value)
        return self.value > other.value if self.higher_is_better else self.value < other.value


def is_better(scores: list[Metric], before: list[Metric]) -> bool:
    """Whether an epoch is better than an earlier one.

    The first metric decides. If it is equal, the metrics for which lower is better decide in their order (such as error
    rates and perplexity after exact matches). If the first metric has changed, the later epoch is better.
    """
    first, first_before = scores[0], before[0]
    if first.name != first_before.name:
        return True
    if first.value != first_before.value:
        return first.improves_on(first_before)
    earlier = {metric.name: metric.value for metric in before}
    costs = [metric for metric in scores if not metric.higher_is_better]
    return [metric.value for metric in costs] < [earlier.get(metric.name, 0.0) for metric in costs]
