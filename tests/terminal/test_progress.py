"""Progress lines of a training if stderr is not a terminal."""

from __future__ import annotations

import pytest

from seqkit.terminal import progress
from seqkit.training.state import Progress


def said(monkeypatch, capsys, seconds, **limits):
    monkeypatch.setattr(progress, "PLAIN_SECONDS", -1)
    reporter = progress.TrainingReporter()
    with reporter:
        reporter.start(**limits)
        reporter.step(Progress(epoch=1, batch=1, seconds=seconds, steps=10, nll=5.0, right=4), 2)
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("seconds", "limits", "name", "left"),
    [
        (600.0, {"epochs": 3}, "epoch 2/3  ", "at most 10 min left"),
        (600.0, {"epochs": 3, "minutes": 30.0}, "epoch 2  ", "at most 20 min left"),
        (1900.0, {"epochs": 3, "minutes": 30.0}, "epoch 2  ", "at most 0 min left"),
    ],
)
def test_time_left(monkeypatch, capsys, seconds, limits, name, left):
    line = said(monkeypatch, capsys, seconds, **limits)
    assert line.startswith(name) and line.rstrip().endswith(left)
    assert "loss 0.500  accuracy 40.00 %" in line


def test_speed_counts_all_words_where_updates_take_several_batches(monkeypatch):
    reporter = progress.TrainingReporter()
    with reporter:
        reporter.start(epochs=2)
        for epoch in (0, 1):
            for batch in (4, 8):
                reporter.step(Progress(epoch=epoch, batch=batch, steps=100 * batch), 8)
    # The first update sets the clock, so its words are left out.
    assert reporter._words == 400 + 800
