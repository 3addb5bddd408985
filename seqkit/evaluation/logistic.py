"""Logistic regression of one feature, for calibrated probabilities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
PRIOR = 1.0
"""Strength of the prior on the slope of the standardised feature, in observations."""
STEPS = 50


def fitted(x_N: Numbers, y_N: Numbers) -> tuple[float, float]:
    """Intercept b and slope w of P(y = 1) = σ(b + w x), by Newton's method."""
    mean, deviation = float(x_N.mean()), float(x_N.std()) or 1.0
    A_N2 = np.stack([np.ones(len(x_N)), (x_N - mean) / deviation], axis=1)
    w_2, prior_22 = np.zeros(2), np.diag([1e-6, PRIOR])
    for _ in range(STEPS):
        p_N = probability(A_N2 @ w_2)
        gradient_2 = A_N2.T @ (p_N - y_N) + prior_22 @ w_2
        hessian_22 = (A_N2 * (p_N * (1 - p_N))[:, None]).T @ A_N2 + prior_22
        w_2 = w_2 - np.linalg.solve(hessian_22, gradient_2)
    slope = float(w_2[1]) / deviation
    return float(w_2[0]) - slope * mean, slope


def probability(z_N: Numbers) -> Numbers:
    """σ(z)."""
    p_N: Numbers = 1.0 / (1.0 + np.exp(-np.clip(z_N, -50, 50)))
    return p_N


def cross_validated(
    x_N: Numbers,
    y_N: Numbers,
    folds: int = 5,
    fit: Callable[[Numbers, Numbers], tuple[float, float]] = fitted,
) -> Numbers:
    """The probability of each observation by a model that was fitted without its fold."""
    p_N = np.zeros(len(x_N))
    for fold in range(folds):
        own = np.arange(len(x_N)) % folds == fold
        b, w = fit(x_N[~own], y_N[~own])
        p_N[own] = probability(b + w * x_N[own])
    return p_N
