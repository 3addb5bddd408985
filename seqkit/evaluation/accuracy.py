"""The share of outputs that equal their reference, with its interval. Imports no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from seqkit.evaluation.metric import Metric
from seqkit.evaluation.resampling import drawn_rates, interval


def accuracy(outputs: Sequence[Any], references: Sequence[Any]) -> Metric:
    """The share of equal pairs with its 95 % bootstrap interval; NaN if there are no outputs.

    Raises ValueError if there are not as many references.
    """
    pairs = zip(outputs, references, strict=True)
    right_N = np.array([output == reference for output, reference in pairs], dtype=np.float64)
    if not len(right_N):
        return Metric("accuracy", float("nan"))
    (drawn_S,) = drawn_rates(right_N[None], np.ones_like(right_N))
    return Metric("accuracy", float(right_N.mean()), interval(drawn_S))
