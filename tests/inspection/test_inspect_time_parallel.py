"""`seqkit inspect --time-parallel`."""

import json
import shutil

import pytest
import torch
from torch import nn
from toy import TREEBANK, tiny

from seqkit.errors import SeqkitError
from seqkit.inspection.time_parallel import data_of, forecasts_of, table_of, trained_on
from seqkit.models.folder import model_folder
from seqkit.nn.recurrent import Recurrence
from seqkit.nn.time_parallel.newton import solve
from seqkit.nn.time_parallel.predict import Forecast, continued, exponent_of, forecast
from seqkit.nn.time_parallel.steps import LayerSteps
from seqkit.tasks.tagging.inspecting import TaggingSubject


class Stepwise(Recurrence):
    """Rounds its state, which has no derivative."""

    def step(self, x_BD, state):
        z_BH = torch.round(x_BD[:, : self.hidden_size] + state[0])
        return z_BH, (z_BH,)


@pytest.mark.parametrize("name", ["birnn", "lstm", "sru"])
def test_every_layer_has_a_prediction(name):
    found = forecasts_of(TaggingSubject(tiny(name).eval(), TREEBANK), "")
    assert found and all(one.ways for one in found)
    for one in found:
        assert [way.forecast.method for way in one.ways] == ["newton"] + ["quasi-newton"] * (name != "sru")
        assert one.ways[0].forecast.converges and one.ways[0].ratio > 0
    assert len(table_of(found, "toy").rows) == sum(len(one.ways) for one in found)
    json.dumps(data_of(found), allow_nan=False)


def test_a_layer_that_cannot_be_solved_has_its_reason():
    model = tiny("rnn").eval()
    chain = model.network.layers[0]
    chain.forward_chain = Stepwise(chain.forward_chain.input_size, chain.forward_chain.hidden_size)
    (one,) = forecasts_of(TaggingSubject(model, TREEBANK), "")
    assert "derivative" in one.refusal and not one.ways
    assert "no" in table_of([one], "toy").rows[0]


def rnn_of_radius(radius: float, seed: int) -> LayerSteps:
    from seqkit.models.recurrences import recurrence_class

    torch.manual_seed(seed)
    layer = recurrence_class("rnn")(8, 8).double()
    with torch.no_grad():
        nn.init.normal_(layer.U)
        layer.U.mul_(radius / torch.linalg.eigvals(layer.U).abs().max())
    return LayerSteps(layer, torch.randn(2, 800, 8, dtype=torch.float64) / 10, None, (8,))


def test_a_prediction_from_a_quarter_is_what_the_whole_takes():
    start_BN = torch.zeros(2, 8, dtype=torch.float64)
    for radius in (0.5, 0.95):
        steps = rnn_of_radius(radius, 19)
        expected = forecast(steps, start_BN, "dense", "dense", exponent_of(steps, start_BN))
        with torch.no_grad():
            found = solve(steps, start_BN, "dense", "dense")
        assert expected.converges and bool(found.accepted_B.all())
        assert expected.iterations == pytest.approx(float(found.iterations_B.double().mean()), rel=0.5)


def test_chaos_is_not_expected_to_converge():
    steps, start_BN = rnn_of_radius(3.0, 19), torch.zeros(2, 8, dtype=torch.float64)
    exponent = exponent_of(steps, start_BN)
    expected = forecast(steps, start_BN, "dense", "dense", exponent)
    assert exponent.largest > 0 and not expected.converges


def test_a_power_law_is_continued():
    assert continued([2.0, 4.0, 8.0]) == pytest.approx(32)
    assert continued([5.0, 5.0, 5.0]) == 5
    assert continued([7.0]) == 7
    assert not Forecast("dense", -0.1, 0.0, 1000, continued([20.0, 40.0, 80.0])).converges


def test_bad_requests_of_the_command(seqkit):
    found = seqkit("inspect", "en-tagger", "--time-parallel")
    assert found.code == 2 and "has no record of its training data" in found.err
    found = seqkit("inspect", "en-tagger", "--time-parallel", "--text", "a", "--contrast", "NOUN")
    assert found.code == 2 and "prints a table only" in found.err


def test_a_damaged_record_of_the_training_is_named(tmp_path):
    shutil.copytree(model_folder("en-tagger"), tmp_path / "model")
    record = tmp_path / "model" / "training" / "config.toml"
    record.parent.mkdir(exist_ok=True)
    record.write_text("a = [\n")
    with pytest.raises(SeqkitError, match=r"config\.toml: not TOML"):
        trained_on(str(tmp_path / "model"))
