"""The training loop on a small task: when it stops, what it writes, and what survives a crash."""

from __future__ import annotations

import csv
import math
import os
import signal
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from seqkit.errors import PluginError, SeqkitError
from seqkit.evaluation.metric import Metric
from seqkit.evaluation.plots import learning_curve
from seqkit.models.contracts import Counts, Loss
from seqkit.training import loop, stopping
from seqkit.training.counts import NotFinite
from seqkit.training.loop import BEST, Training
from seqkit.training.methods import Methods
from seqkit.training.metrics import METRICS
from seqkit.training.objective import NLL
from seqkit.training.optimizers import adam, sgd
from seqkit.training.options import TrainingOptions
from seqkit.training.plugin import AdamOptions, NLLOptions, SGDOptions
from seqkit.training.schedule import cosine
from seqkit.training.state import STATE, Progress, load_state, save_state
from seqkit.training.stopping import Stopped
from seqkit.training.trainable import Trainable


class Killed(Exception):
    """Stands for SIGKILL."""


class Line(Trainable):
    """Fits y = 3 x. `scores` are what dev gives after each epoch."""

    name = "line"
    lengths = (1,) * 12

    def __init__(self, scores=()):
        torch.manual_seed(3)
        self.model, self.scores = nn.Linear(1, 1), list(scores)

    def collate(self, indices, seed):
        return indices

    def loss(self, indices, label_smoothing=0.0):
        x_N1 = torch.tensor(indices, dtype=torch.float)[:, None] / 12
        total, steps = (self.model(x_N1) - 3 * x_N1).square().sum(), torch.tensor(len(indices))
        return Loss(total, steps, Counts.of(total, torch.tensor(1), steps))

    def score(self):
        score = self.scores.pop(0) if self.scores else 0.5
        if score is None:
            raise Killed
        return [Metric("upos", score)]


def perplexity(value):
    return Metric("perplexity", value, higher_is_better=False, unit="", likelihood=True)


class Silent:
    def start(self, epochs, minutes): ...
    def step(self, progress, batches): ...
    def epoch(self, row, scores): ...
    def note(self, message): ...


def methods(optimizer, options):
    plain = SGDOptions() if optimizer is sgd else AdamOptions()
    build = partial(optimizer, learning_rate=options.learning_rate, options=plain)
    return Methods(NLL(NLLOptions()), build, cosine)


def training(folder, task, optimizer=adam, **options):
    chosen = TrainingOptions(batch_words=4, **options)
    run = Training(task, chosen, methods(optimizer, chosen), folder, Silent())
    run.resume()
    return run


def rows(folder):
    with open(folder / METRICS, encoding="utf-8") as file:
        return [{k: v for k, v in row.items() if k != "seconds"} for row in csv.DictReader(file)]


@pytest.mark.parametrize(("patience", "epochs"), [(1, 2), (3, 4), (0, 9)])
def test_patience_counts_the_epochs_without_a_better_score(tmp_path, patience, epochs, monkeypatch):
    monkeypatch.setattr(stopping, "WHOLE_EPOCH", 1)
    task = Line([0.9] + [0.1] * 8)
    assert training(tmp_path, task, epochs=9, patience=patience).run().epoch == epochs


def test_where_an_epoch_has_few_updates_patience_lasts_longer(tmp_path):
    """Two updates an epoch: forty are twenty epochs."""
    progress = training(tmp_path, Line([0.9] + [0.1] * 29), epochs=30, patience=1, accumulate=2).run()
    assert (progress.updates, progress.epoch) == (42, 21)


def test_batches_of_an_update_weigh_as_many_steps_as_they_have(tmp_path):
    """Two uneven batches of one update move the weights as the same steps in one batch do."""
    found = {}
    for name, divided in {"one": [[0, 1, 2, 3]], "two": [[0], [1, 2, 3]]}.items():
        (tmp_path / name).mkdir()
        run = training(tmp_path / name, Line(), sgd, accumulate=len(divided), epochs=1, clip=0)
        run._batches = len(divided)
        run._update(divided)
        found[name] = [parameter.detach().clone() for parameter in run.task.model.parameters()]
    torch.testing.assert_close(found["one"], found["two"])


def test_a_first_score_that_is_no_number_is_not_kept_for_ever(tmp_path):
    run = training(tmp_path, Line([float("nan"), 0.2, 0.1]), epochs=3, patience=0).run()
    assert (run.best_epoch, run.best_score) == (2, 0.2)


def test_scores_may_be_numbers_of_another_library_but_must_be_metrics(tmp_path):
    task = Line()
    task.score = lambda: [Metric("own", np.float32(0.25))]
    assert training(tmp_path, task, epochs=1).run().best_score == 0.25
    (tmp_path / "none").mkdir()
    task.score = lambda: [0.25]
    with pytest.raises(PluginError, match="the task line: its `score` returns no list of Metric"):
        training(tmp_path / "none", task, epochs=1).run()


def test_of_epochs_with_equal_scores_the_one_with_fewer_errors_is_kept(tmp_path):
    task, scores = Line(), [(0.0, 0.9), (0.0, 0.7), (0.0, 0.8), (0.5, 0.9), (0.5, 0.9)]
    found = iter(scores)

    def score():
        exact, error = next(found)
        # Of perplexities higher is worse: the third figure decides nothing.
        return [
            Metric("exact", exact),
            Metric("character_error", error, higher_is_better=False),
            perplexity(2.0),
        ]

    task.score = score
    run = training(tmp_path, task, epochs=3, patience=0).run()
    assert (run.best_epoch, run.best_score) == (2, 0.0)
    run = training(tmp_path, task, epochs=5, patience=0)
    run.progress.finished = False
    assert run.run().best_epoch == 4


def test_killed_after_the_last_batch_of_an_epoch_every_figure_stays_the_same(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    training(whole, Line(), epochs=3).run()
    with pytest.raises(Killed):
        training(broken, Line([0.5, None]), epochs=3, save_minutes=0).run()
    training(broken, Line(), epochs=3).run()
    assert rows(broken) == rows(whole)
    assert len({row["learning_rate"] for row in rows(whole)}) == 3


@pytest.mark.parametrize("function", ["write_metrics", "save_state"])
def test_killed_while_an_epoch_is_written_down_no_row_is_lost(tmp_path, monkeypatch, function):
    def kill(*arguments):
        if function == "write_metrics" or arguments[1].rows:
            raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(loop, function, kill)
        training(tmp_path, Line(), epochs=1).run()
    training(tmp_path, Line(), epochs=1).run()
    (tmp_path / METRICS).unlink()
    progress = training(tmp_path, Line(), epochs=1).run()
    assert [row["epoch"] for row in rows(tmp_path)] == ["1"] and progress.finished


def test_after_a_loss_that_is_no_number_the_advice_names_another_folder(tmp_path):
    with pytest.raises(SeqkitError, match="with another --out"):
        training(tmp_path, Line(), epochs=40, learning_rate=1e30, clip=0, optimizer=sgd).run()


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 3)
        self.second.weight = self.first.weight


def test_the_state_of_tied_weights_comes_back_tied(tmp_path):
    torch.manual_seed(1)
    model, other = Tied(), Tied()
    optimizers = [torch.optim.AdamW(m.parameters()) for m in (model, other)]
    model.second(model.first(torch.ones(2, 3))).sum().backward()
    optimizers[0].step()
    average = {name: p.detach().clone() for name, p in model.named_parameters()}
    save_state(tmp_path / "state", Progress(epoch=2), model, average, optimizers[0])
    assert load_state(tmp_path / "state", other, {}, optimizers[1]).epoch == 2
    assert other.second.weight is other.first.weight
    assert torch.equal(other.second.weight, model.first.weight)


def test_a_run_by_the_clock_ends_in_time_with_the_rate_at_its_end(tmp_path):
    ended = training(tmp_path, Line(), epochs=10**6, patience=0, minutes=0.5 / 60).run()
    assert ended.finished
    assert 0.5 <= ended.seconds < 5
    assert rows(tmp_path)[-1]["learning_rate"] < rows(tmp_path)[0]["learning_rate"]


def test_gradients_of_several_batches_are_those_of_their_union(tmp_path):
    """12 examples in 3 batches of 4: one update an epoch, along the mean of all 12."""
    for name, options in {"apart": {"accumulate": 3}, "whole": {}}.items():
        chosen = TrainingOptions(batch_words=4 if options else 12, epochs=2, learning_rate=0.1, **options)
        run = Training(Line(), chosen, methods(sgd, chosen), tmp_path / name, Silent())
        run.folder.mkdir()
        assert run.run().updates == 2
        weights = torch.cat([p.detach().flatten() for p in run.task.model.parameters()])
        if name == "apart":
            apart = weights
    torch.testing.assert_close(apart, weights)


def test_an_epoch_may_end_with_fewer_batches_than_are_taken_together(tmp_path):
    run = training(tmp_path, Line(), accumulate=2, epochs=3)
    assert run.run().updates == 6
    assert [row["updates"] for row in rows(tmp_path)] == ["2", "4", "6"]


def test_while_dev_becomes_more_probable_a_run_waits_for_its_score(tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "WHOLE_EPOCH", 1)
    task = Line()
    perplexities = iter([9.0, 8.0, 7.0, 6.0, 7.0, 5.0])
    task.score = lambda: [Metric("bleu", 0.0), perplexity(next(perplexities))]
    progress = training(tmp_path, task, epochs=6, patience=1).run()
    # Of equal scores the least perplexed is kept; the run ends when neither got better.
    assert (progress.epoch, progress.best_epoch) == (5, 4)


def test_luck_with_a_score_ends_no_run_that_still_learns(tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "WHOLE_EPOCH", 1)
    task = Line()
    scores = iter([(0.02, 9.0), (0.0, 8.0), (0.0, 7.0), (0.0, 6.0), (0.3, 5.0)])

    def score():
        bleu, value = next(scores)
        return [Metric("bleu", bleu), perplexity(value)]

    task.score = score
    assert training(tmp_path, task, epochs=5, patience=2).run().best_epoch == 5


class Asking(Silent):
    """Sends a signal in each step."""

    def __init__(self, number):
        self.number = number

    def step(self, progress, batches):
        os.kill(os.getpid(), self.number)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_after_the_step_with_its_state_saved(tmp_path, number):
    run = training(tmp_path, Line(), epochs=3)
    run.reporter = Asking(number)
    old = signal.signal(number, signal.default_int_handler)
    try:
        with pytest.raises(Stopped):
            run.run()
    finally:
        signal.signal(number, old)
    assert training(tmp_path, Line(), epochs=3).progress.updates == 1


def test_under_nohup_it_outlives_the_terminal(tmp_path):
    old = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        run = training(tmp_path, Line(), epochs=2)
        run.reporter = Asking(signal.SIGHUP)
        assert run.run().epoch == 2
    finally:
        signal.signal(signal.SIGHUP, old)


def test_stopped_in_the_step_that_its_time_ended_in_a_run_still_ends_its_epoch(tmp_path):
    run = training(tmp_path, Line(), epochs=9, minutes=1e-9)
    run.reporter = Asking(signal.SIGINT)
    with pytest.raises(Stopped):
        run.run()
    progress = training(tmp_path, Line(), epochs=9, minutes=1e-9).run()
    assert (progress.updates, progress.epoch, progress.best_epoch) == (1, 1, 1)
    assert (tmp_path / BEST).exists()


def test_an_epoch_without_a_batch_names_the_task(tmp_path):
    task = Line()
    task.batches = lambda batch_words, seed, epoch: []
    with pytest.raises(PluginError, match="the task line: its `batches` returns none"):
        training(tmp_path, task, epochs=1).run()


def test_metrics_may_change_their_names_between_epochs(tmp_path):
    task = Line()
    found = iter([[Metric("exact", 0.9)], [Metric("bleu", 0.1), perplexity(3.0)], [Metric("bleu", 0.05)]])
    task.score = lambda: next(found)
    progress = training(tmp_path, task, epochs=3, patience=0).run()
    assert progress.best_epoch == 2, "0.9 of another metric is no bar"
    first, second, third = rows(tmp_path)
    assert (first["dev_exact"], first["dev_bleu"]) == ("0.9", "")
    assert (second["dev_exact"], second["dev_bleu"], second["dev_perplexity"]) == ("", "0.1", "3.0")
    assert third["dev_perplexity"] == ""
    learning_curve(progress, tmp_path / "curve.png")
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


class Grouped(torch.optim.Optimizer):
    """Its step shrinks with a count that stands in `param_groups`, and by an estimate that is a tensor there."""

    def __init__(self, parameters, learning_rate, options=None):
        weight, bias = parameters
        groups = [{"params": [weight]}, {"params": [bias], "lr": learning_rate / 4}]
        scale = {"k": 0, "scale": torch.ones(1, dtype=torch.float64), "betas": (0.9, 0.5)}
        super().__init__(groups, {"lr": learning_rate, **scale})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            group["k"] += 1
            group["scale"] = group["scale"] * group["betas"][0]
            for parameter in group["params"]:
                parameter -= group["lr"] * float(group["scale"]) / group["k"] * parameter.grad


def test_what_an_optimizer_keeps_in_its_groups_is_resumed(tmp_path):
    found = {}
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
        run = training(tmp_path / name, Line(), Grouped, epochs=2)
        if name == "broken":
            run.reporter = Asking(signal.SIGINT)
            old = signal.signal(signal.SIGINT, signal.default_int_handler)
            for _ in range(2):
                with pytest.raises(Stopped):
                    run.run()
                run = training(tmp_path / name, Line(), Grouped, epochs=2)
                run.reporter = Asking(signal.SIGINT)
            signal.signal(signal.SIGINT, old)
            assert [group["k"] for group in run.optimizer.param_groups] == [2, 2]
            assert run.optimizer.param_groups[0]["betas"] == (0.9, 0.5)
            run.reporter = Silent()
        run.run()
        found[name] = [parameter.tolist() for parameter in run.task.model.parameters()]
    assert found["whole"] == found["broken"]


def test_groups_of_parameters_keep_the_ratio_of_their_learning_rates(tmp_path):
    run = training(tmp_path, Line(), Grouped, epochs=1, learning_rate=0.1, warmup=0)
    rates = []
    step = run.optimizer.step
    run.optimizer.step = lambda: (rates.append([g["lr"] for g in run.optimizer.param_groups]), step())
    run.run()
    assert next(high for high, _ in rates) == pytest.approx(0.1)
    assert all(low == high / 4 for high, low in rates) and len(rates) == 3


def test_an_infinite_loss_says_what_was_saved(tmp_path):
    found, options = NotFinite(math.inf, 1, 4, 24), TrainingOptions()
    error = found.error(tmp_path, "network: σ_max(U) = 3.", options)
    assert error.problem == "the loss became inf in epoch 2, batch 5 (update 25)"
    assert error.fix.endswith("No state had been saved yet. network: σ_max(U) = 3.")
    (tmp_path / STATE).touch()
    assert f"{tmp_path} keeps the last state" in found.error(tmp_path, "", options).fix


@pytest.mark.parametrize(
    ("rate", "clip", "advice"),
    [
        (1e9, 1.0, "--set learning_rate=0.0005."),
        (0.0004, 1.0, "--set learning_rate=0.0001."),
        (0.0004, 0.0, "--set learning_rate=0.0001, and clip the gradient: --set clip=1."),
    ],
)
def test_an_infinite_loss_is_answered_by_a_lower_rate_and_clipping(tmp_path, rate, clip, advice):
    options = TrainingOptions(learning_rate=rate, clip=clip)
    assert advice in NotFinite(math.inf, 1, 4, 24).error(tmp_path, "", options).fix
