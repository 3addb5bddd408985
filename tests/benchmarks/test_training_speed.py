"""The benchmark of training speed makes the same updates as a training."""

from __future__ import annotations

import inspect

import training_speed

from seqkit.training.reporter import Reporter


def test_the_reporter_receives_the_messages_of_a_training():
    for name in ("start", "step", "epoch", "note"):
        told = inspect.signature(getattr(Reporter, name))
        heard = inspect.signature(getattr(training_speed.Silent, name))
        assert list(told.parameters) == list(heard.parameters)
