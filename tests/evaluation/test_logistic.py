"""Logistic regression of one feature, on data whose parameters are known."""

import numpy as np

from seqkit.evaluation.logistic import cross_validated, fitted, probability


def test_it_finds_the_parameters_that_made_the_data():
    random = np.random.default_rng(1)
    x_N = random.normal(-0.5, 0.4, 20_000)
    y_N = (random.random(len(x_N)) < probability(2.0 + 3.0 * x_N)).astype(float)
    b, w = fitted(x_N, y_N)
    assert abs(b - 2.0) < 0.1 and abs(w - 3.0) < 0.15
    # At the maximum the mean probability is the share of ones.
    assert abs(probability(b + w * x_N).mean() - y_N.mean()) < 1e-3
    assert abs(cross_validated(x_N, y_N).mean() - y_N.mean()) < 1e-2


def test_observations_of_one_kind_leave_finite_parameters():
    b, w = fitted(np.linspace(-1, 0, 50), np.ones(50))
    assert np.isfinite([b, w]).all() and probability(np.array([b - w])) > 0.9
