"""Third-party objectives, optimizers, schedules and metrics equal their formulas; faulty ones are named."""

from __future__ import annotations

import csv
import json
import math
import signal

import pytest
import torch

pytestmark = pytest.mark.slow  # each test trains

PLAIN = ("warmup=0", "clip=0")


def weights(folder):
    return (folder / "model.safetensors").read_bytes()


def epochs(folder):
    with open(folder / "training" / "metrics.csv", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def tools(install_package):
    """The classifier and the tools, installed."""
    return install_package("sentence-classes", "training-tools")


@pytest.fixture
def tagger(seqkit):
    """Run `seqkit train rnn` on the sample corpus."""
    small = ("epochs=1", "hidden=8", "char_hidden=4", "vocab_size=100", "threads=1")

    def run(out, *settings):
        chosen = [part for one in (*small, *settings) for part in ("--set", one)]
        return seqkit("train", "rnn", "--corpus", "sample-english", "--out", out, *chosen)

    return run


def test_with_gamma_0_focal_loss_is_the_likelihood_byte_for_byte(tools, train, tagger, tmp_path):
    for name, run in (("classifier", train), ("tagger", tagger)):
        plain, focal, two = (tmp_path / f"{name}-{kind}" for kind in ("nll", "focal", "two"))
        assert run(plain, "label_smoothing=0").code == 0
        result = run(focal, "objective=focal", "gamma=0")
        assert result.code == 0, result.err
        assert weights(plain) == weights(focal)
        assert [row["train_loss"] for row in epochs(plain)] == [row["train_loss"] for row in epochs(focal)]
        assert run(two, "objective=focal").code == 0
        assert weights(plain) != weights(two)
        card = (two / "README.md").read_text(encoding="utf-8")
        assert "gamma = 2.0" in card and "training-tools 0.3" in card


def test_focal_loss_equals_its_formula(tools):
    from training_tools import FocalOptions
    from training_tools.focal import Focal

    from seqkit.tasks import StepLogProbs

    p_NV, y_N = [[0.7, 0.2, 0.1], [0.3, 0.4, 0.3]], [0, 2]

    class Fixed:
        def log_probs(self, batch):
            return [StepLogProbs(torch.tensor(p_NV, dtype=torch.float64).log(), torch.tensor(y_N))]

    loss = Focal(FocalOptions(gamma=2.0)).loss(Fixed(), None)
    expected = -(0.3**2 * math.log(0.7) + 0.7**2 * math.log(0.3)) / 2
    assert float(loss.mean) == pytest.approx(expected, rel=1e-12)
    assert float(loss.counts.nll) == pytest.approx(-(math.log(0.7) + math.log(0.3)), rel=1e-12)
    assert (int(loss.counts.right), int(loss.counts.steps)) == (1, 2)


def test_the_objective_trains_a_translator_with_gamma_0_as_the_likelihood(tools, seqkit, tmp_path):
    small = ("hidden=8", "embedding_size=8", "vocab_size=120", "epochs=1", "sampling=0", "threads=1")
    data = ("--corpus", "sample-german-english", "--source", "de", "--target", "en")
    losses = {}
    for name, own in {
        "nll": ("label_smoothing=0",),
        "focal": ("objective=focal", "gamma=0"),
        "two": ("objective=focal",),
    }.items():
        settings = [part for one in (*small, *own) for part in ("--set", one)]
        result = seqkit("train", "seq2seq", *data, "--out", tmp_path / name, *settings)
        assert result.code == 0, result.err
        losses[name] = float(epochs(tmp_path / name)[0]["train_loss"])
    assert losses["focal"] == pytest.approx(losses["nll"], rel=1e-4)
    assert weights(tmp_path / "two") != weights(tmp_path / "focal")


@pytest.mark.parametrize("mu", [0.0, 0.9])
def test_the_optimizer_takes_the_steps_of_torchs(tools, train, tmp_path, mu):
    own, torchs = tmp_path / "own", tmp_path / "torch"
    assert train(own, *PLAIN, "optimizer=heavy-ball", f"mu={mu}").code == 0
    assert train(torchs, *PLAIN, "optimizer=sgd", f"momentum={mu}").code == 0
    assert weights(own) == weights(torchs)


def test_a_step_of_the_optimizer_by_hand(tools):
    from training_tools.heavy_ball import HeavyBall

    w = torch.nn.Parameter(torch.tensor([1.0, -2.0], dtype=torch.float64))
    optimizer = HeavyBall([w], lr=0.1, mu=0.5)
    for gradient in ([0.5, 1.0], [1.0, -1.0]):
        w.grad = torch.tensor(gradient, dtype=torch.float64)
        optimizer.step()
    # v: 0.5, 1 then 0.25 + 1, 0.5 - 1
    expected = [1 - 0.1 * (0.5 + 1.25), -2 - 0.1 * (1.0 - 0.5)]
    assert w.tolist() == pytest.approx(expected, rel=1e-12)


def test_the_state_of_the_optimizer_is_resumed(tools, train, seqkit, tmp_path, monkeypatch):
    settings = ("optimizer=heavy-ball", "mu=0.9", "epochs=3")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    assert train(whole, *settings).code == 0
    from training_tools.heavy_ball import HeavyBall

    step, calls = HeavyBall.step, []

    def interrupted(self, closure=None):
        calls.append(1)
        if len(calls) == 13:  # within the second epoch
            signal.raise_signal(signal.SIGINT)
        return step(self, closure)

    with monkeypatch.context() as patch:
        patch.setattr(HeavyBall, "step", interrupted)
        assert train(broken, *settings).code == 130
    assert seqkit("train", "classifier", "--out", broken, "--resume").code == 0
    assert weights(whole) == weights(broken)


@pytest.mark.parametrize("warmup", [0.0, 0.25])
def test_the_rate_of_every_step_follows_the_schedule(tools, train, tmp_path, warmup):
    from training_tools.heavy_ball import RATES

    RATES.clear()
    out, highest = tmp_path / "out", 0.05
    settings = ("optimizer=heavy-ball", "schedule=square", f"learning_rate={highest}", f"warmup={warmup}")
    assert train(out, *settings, "epochs=4").code == 0
    steps = len(RATES)
    assert steps == int(epochs(out)[-1]["updates"]) and steps % 4 == 0
    for number, rate in enumerate(RATES):
        done = number / steps
        if done < warmup:
            expected = highest * max(done, 1e-3) / warmup
        else:
            expected = highest * ((1 - done) / (1 - warmup)) ** 2
        assert rate == pytest.approx(expected, rel=1e-9)
    per_epoch = steps // 4
    logged = [float(row["learning_rate"]) for row in epochs(out)]
    assert logged == pytest.approx(RATES[per_epoch - 1 :: per_epoch], rel=1e-4)


@pytest.mark.parametrize(("direction", "best"), [("up", 4), ("down", 2)])
def test_the_metric_chooses_the_epoch_by_its_direction(tools, train, tmp_path, direction, best):
    from training_tools.metrics import VALUES

    fixed = ("schedule=constant", *PLAIN, f"metric=given-{direction}")
    VALUES[:] = [5.0, 3.0, 4.0, 6.0]
    result = train(tmp_path / "four", *fixed, "epochs=4")
    assert result.code == 0 and f"epoch {best} kept" in result.err
    assert [float(row[f"dev_given-{direction}"]) for row in epochs(tmp_path / "four")] == [5.0, 3.0, 4.0, 6.0]
    # With a constant rate, the weights of that epoch are those of a run that ends with it.
    VALUES[:] = {"up": [5.0, 3.0, 4.0, 6.0], "down": [5.0, 3.0]}[direction]
    assert train(tmp_path / "few", *fixed, f"epochs={best}").code == 0
    assert weights(tmp_path / "four") == weights(tmp_path / "few")


def test_a_metric_counts_in_training_and_evaluation(tools, train, seqkit, sentences, tmp_path):
    out = tmp_path / "out"
    assert train(out, "metric=length-error").code == 0
    rows = [float(row["dev_length-error"]) for row in epochs(out)]
    assert min(rows) < max(rows)
    report = json.loads(
        seqkit("evaluate", out, sentences / "dev.tsv", "--metric", "length-error,exact", "--json").out
    )
    found = report["metrics"]["length-error"]
    assert (found["higher_is_better"], found["unit"]) == (False, "characters")
    assert found["value"] == pytest.approx(min(rows), abs=1e-5)
    assert list(report["metrics"])[:3] == ["macro-f1", "length-error", "exact"]


def test_a_metric_counts_for_a_built_in_task(tools, seqkit, tmp_path):
    small = ("epochs=2", "hidden=8", "embedding_size=8", "vocab_size=100", "threads=1", "metric=length-error")
    settings = [part for one in small for part in ("--set", one)]
    out, data = tmp_path / "out", ("--source", "de", "--target", "en")
    assert (
        seqkit("train", "seq2seq", "--corpus", "sample-german-english", *data, "--out", out, *settings).code
        == 0
    )
    assert all(float(row["dev_length-error"]) >= 0 for row in epochs(out))
    given = ("--metric", "length-error", "--json", "--split", "dev")
    result = seqkit("evaluate", out, "sample-german-english", *given)
    more = json.loads(result.out)["more"]["length-error"]
    assert more["unit"] == "characters" and more["value"] >= 0 and not more["higher_is_better"]


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("objective=focla", "no objective named 'focla'\nDid you mean 'focal'?"),
        ("optimizer=heavyball", "no optimizer named 'heavyball'\nDid you mean 'heavy-ball'?"),
        ("schedule=sqare", "no schedule named 'sqare'\nDid you mean 'square'?"),
        ("metric=lenght-error", "no metric named 'lenght-error'\nDid you mean 'length-error'?"),
        ("gamma=2", "option gamma=2: is for the objective focal"),
        ("mu=0.5", "option mu=0.5: is for the optimizer heavy-ball"),
    ],
)
def test_a_slip_in_a_name_is_answered_with_the_nearest(tools, train, tmp_path, setting, said):
    result = train(tmp_path / "out", setting)
    assert result.code == 2 and said in result.err and "Traceback" not in result.err
    assert not (tmp_path / "out").exists()


def test_options_of_the_chosen_objective_are_listed(tools, seqkit):
    chosen = ("--set", "objective=focal", "--set", "optimizer=heavy-ball")
    lines = [" ".join(line.split()) for line in seqkit("train", "rnn", "--options", *chosen).out.splitlines()]
    assert "gamma 2.0 – – Exponent of 1 - p; 0 gives the negative log-likelihood." in lines
    assert "mu 0.0 – – Share of the last step that is taken again." in lines
    result = seqkit("train", "rnn", "--corpus", "sample-english", "--out", "x", *chosen, "--set", "gamma=-1")
    assert result.code == 2 and "gamma=-1.0 is out of range" in result.err


WRONG = {
    "objective=wrong-NoLoss": "its `loss` returns a Tensor, not a Loss",
    "objective=wrong-NoNumber": "its loss became nan",
    "objective=wrong-Abstract": "wrong_tools.parts:AbstractObjective is not a seqkit.training.objective.Objective",
    "objective=wrong-NoObjective": "wrong_tools.parts:NoObjective is not a seqkit.training.objective.Objective",
    "objective=wrong-Raises": "ZeroDivisionError: division by zero",
    "objective=wrong-Vector": "its `loss` has a mean of shape (2,), not one number",
    "objective=wrong-WithoutOptions": "wrong_tools.parts:WithoutOptions() cannot be called with (NoOptions)",
    "objective=wrong-Absent": "wrong_tools.parts:Absent cannot be loaded",
    "optimizer=wrong-gives_none": "wrong_tools.parts:gives_none returns None",
    "optimizer=wrong-gives_text": "wrong_tools.parts:gives_text returns a str, not a torch.optim.Optimizer",
    "optimizer=wrong-of_one": "wrong_tools.parts:of_one(parameters) cannot be called with (list, float, NoOptions)",
    "optimizer=wrong-raises_in_step": "KeyError: 'velocity'",
    "schedule=wrong-text": "its factor is 'half', not a number of at least 0",
    "schedule=wrong-no_number": "its factor is nan, not a number of at least 0",
    "schedule=wrong-negative": "not a number of at least 0",
    "schedule=wrong-of_two": "wrong_tools.parts:of_two(left, right) cannot be called with (float)",
    "schedule=wrong-raises": "LookupError: no such step (parts.py, line ",
    "metric=wrong-NoMetric": "wrong_tools.parts:NoMetric is not a seqkit.evaluation.corpus_metric.CorpusMetric",
    "metric=wrong-Abstract": "wrong_tools.parts:Abstract is not a seqkit.evaluation.corpus_metric.CorpusMetric",
    "metric=wrong-RaisesInScore": "IndexError: only integers",
    "metric=wrong-NoScore": "its score is nan",
    "metric=wrong-NoneScore": "its score is None",
    "metric=wrong-TooFew": "its `statistics` give an array of shape (29, 1) for 30 outputs",
}
"""Setting -> what is said of the plugin."""


@pytest.mark.parametrize("setting", WRONG)
def test_what_breaks_its_contract_is_named_in_training(install_package, train, tmp_path, setting):
    install_package("sentence-classes", "wrong-tools")
    result = train(tmp_path / "out", setting, "epochs=1")
    assert result.code == 1
    assert WRONG[setting] in result.err
    assert "plugin 'wrong-tools' of wrong-tools 0.3" in result.err
    message = result.err[result.err.index("seqkit: ") :]  # behind the summary of the training
    assert "Traceback" not in result.err and len(message.splitlines()) <= 3
    assert not (tmp_path / "out" / "MANIFEST.json").exists()


def test_a_metric_that_breaks_its_contract_is_named_in_evaluation(
    install_package, train, seqkit, sentences, tmp_path
):
    install_package("sentence-classes", "wrong-tools")
    assert train(tmp_path / "out", "epochs=1").code == 0
    command = ("evaluate", tmp_path / "out", sentences / "dev.tsv", "--metric")
    for setting in [one for one in WRONG if one.startswith("metric=")]:
        result = seqkit(*command, setting.partition("=")[2])
        assert result.code == 1 and result.out == ""
        assert WRONG[setting] in result.err and "plugin 'wrong-tools' of wrong-tools 0.3" in result.err
        assert "Traceback" not in result.err
    result = seqkit(*command, "macrof1")
    assert result.code == 2 and "Did you mean 'macro-f1'?" in result.err
