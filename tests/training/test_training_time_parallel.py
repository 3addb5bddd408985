"""Training with recurrent layers that are solved for all steps at once."""

import json

import pytest
import torch
from safetensors import safe_open
from torch import Tensor

from seqkit.config import parse_settings
from seqkit.errors import SeqkitError
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.recurrent import Recurrence, State
from seqkit.training import time_parallel
from seqkit.training.arguments import arguments_of
from seqkit.training.loop import Training
from seqkit.training.make_request import make_request
from seqkit.training.methods import methods_of
from seqkit.training.options import TrainingOptions
from seqkit.training.state import STATE
from seqkit.training.third_party import prepared_by_task
from seqkit.training.time_parallel import time_parallel_of

SETTINGS = [
    *("epochs=2", "batch_words=60", "hidden=8", "char_size=0", "piece_size=0", "affix_size=0", "threads=1"),
    *("train_dtype=float64", "dropout=0.3", "word_dropout=0.2", "average=0"),
]


class Reporter:
    """Stops a run at an update, if asked to."""

    def __init__(self, stop: int = 0) -> None:
        self.stop, self.notes = stop, []

    def start(self, epochs, minutes):
        pass

    def step(self, progress, batches):
        if progress.updates == self.stop:
            raise KeyboardInterrupt

    def epoch(self, row, scores):
        pass

    def note(self, message):
        self.notes.append(message)


def training(folder, *settings, reporter=None) -> Training:
    torch.manual_seed(1)
    reporter = reporter or Reporter()
    given = {"model": "birnn", "corpus": "sample-english"}
    request = make_request(arguments_of(given, [], parse_settings([*SETTINGS, *settings])))
    prepared = prepared_by_task(request, reporter)
    methods = methods_of(prepared.request, prepared.task.model)
    return Training(prepared.task, prepared.request.training, methods, folder, reporter)


def weights(run: Training) -> Tensor:
    return torch.cat([one.detach().flatten() for one in run.task.model.parameters()])


def test_a_training_by_newtons_method_is_that_of_the_loop(tmp_path):
    runs = {}
    for method in ("off", "newton"):
        (tmp_path / method).mkdir()
        runs[method] = training(tmp_path / method, f"time_parallel={method}")
        runs[method].run()
    # Adam divides by the size of a gradient: where that is almost 0, rounding moves a weight.
    assert float((weights(runs["newton"]) - weights(runs["off"])).abs().max()) < 1e-6
    (note,) = runs["newton"].reporter.notes[-1:]
    assert note.startswith("time_parallel=newton: ") and note.endswith("computed by the loop: 0 (0.0%)")


def test_decisions_are_saved_and_a_resumed_run_repeats_the_uninterrupted_one(tmp_path, monkeypatch):
    monkeypatch.setattr(time_parallel, "EVERY", 3)
    for name in ("whole", "broken"):
        (tmp_path / name).mkdir()
    whole = training(tmp_path / "whole", "time_parallel=auto")
    whole.run()
    broken = training(tmp_path / "broken", "time_parallel=auto", "save_minutes=0", reporter=Reporter(5))
    with pytest.raises(KeyboardInterrupt):
        broken.run()
    with safe_open(tmp_path / "broken" / STATE, "pt") as file:
        saved = json.loads(file.metadata()["progress"])["time_parallel"]
    assert {made["update"] for made in saved["decisions"].values()} == {3}
    assert all("λ = -" in made["reason"] for made in saved["decisions"].values())
    resumed = training(tmp_path / "broken", "time_parallel=auto")
    resumed.resume()
    assert resumed.time_parallel.state() == saved
    resumed.run()
    assert torch.equal(weights(resumed), weights(whole))
    assert resumed.time_parallel.state() == whole.time_parallel.state()


@pytest.mark.parametrize("setting", ["bptt_memory=1GB", "train_dtype=bfloat16"])
def test_options_that_exclude_it(setting, tmp_path):
    with pytest.raises(SeqkitError, match=f"time_parallel=newton: excludes {setting}"):
        training(tmp_path, "time_parallel=newton", setting)


def test_a_layer_that_cannot_be_solved_is_refused_before_anything_is_trained():
    class Noisy(Recurrence):
        def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
            z_BH = torch.dropout(torch.tanh(x_BD + state[0]), 0.5, True)
            return z_BH, (z_BH,)

    model = torch.nn.Sequential(recurrence_class("rnn")(4, 4), Noisy(4, 4))
    with pytest.raises(SeqkitError, match=r"the layer 1 cannot be solved .* draws random numbers"):
        time_parallel_of(model, TrainingOptions(time_parallel="auto"))


def test_auto_solves_an_element_wise_layer_without_a_kernel_and_no_dense_one():
    class Leaky(Recurrence):
        def step(self, x_BD: Tensor, state: State) -> tuple[Tensor, State]:
            z_BH = torch.tanh(x_BD + 0.5 * state[0])
            return z_BH, (z_BH,)

    from seqkit.nn.running import running

    torch.manual_seed(0)
    layers = [Leaky(16, 16), recurrence_class("lstm")(16, 16)]
    chosen = time_parallel_of(torch.nn.Sequential(*layers), TrainingOptions(time_parallel="auto"))
    with running(chosen.runner):
        for layer in layers:
            layer(torch.randn(2, 500, 16))
    leaky, lstm = chosen.state()["decisions"].values()
    assert leaky["form"] == "separable" and lstm["form"] is None
    assert leaky["reason"].startswith("newton, λ = -") and lstm["reason"].startswith("loop, λ = -")
