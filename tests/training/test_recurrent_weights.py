"""Initial values of U and of gates, and constraints on U, for every recurrence."""

import pytest
import torch
from torch import nn

from seqkit.errors import SeqkitError
from seqkit.inspection.gates import keep_gate
from seqkit.models.recurrences import recurrence_class
from seqkit.training.options import TrainingOptions
from seqkit.training.recurrent_weights import at_recurrent_rate, constraint_of, initialise, rotations_


def model_of(name):
    torch.manual_seed(0)
    return nn.Sequential(recurrence_class(name)(3, 8))


@pytest.mark.parametrize("name", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("first", ["orthogonal", "identity"])
def test_every_block_of_u_has_the_requested_initial_values(name, first):
    model = model_of(name)
    initialise(model, TrainingOptions(recurrent_weights=first))
    for U_HH in model[0].U.detach().chunk(model[0].gates):
        assert torch.allclose(U_HH @ U_HH.T, torch.eye(8), atol=1e-5)
        assert first == "orthogonal" or torch.equal(U_HH, torch.eye(8))


def test_rotations_turn_pairs_of_features():
    model = model_of("gru")
    initialise(model, TrainingOptions(recurrent_weights="rotation"))
    for U_HH in model[0].U.detach().chunk(3):
        assert torch.allclose(U_HH @ U_HH.T, torch.eye(8), atol=1e-6)
        blocks = torch.block_diag(*(U_HH[k : k + 2, k : k + 2] for k in range(0, 8, 2)))
        assert torch.equal(U_HH, blocks) and float(torch.linalg.det(U_HH[:2, :2])) == pytest.approx(1)
    odd = rotations_(torch.empty(5, 5))
    assert torch.allclose(odd @ odd.T, torch.eye(5), atol=1e-6) and odd[4, 4] == 1


@pytest.mark.parametrize("name", ["rnn", "lstm", "sru"])
def test_the_input_scale_multiplies_the_first_w(name):
    plain, scaled = model_of(name), model_of(name)
    initialise(scaled, TrainingOptions(input_scale=0.5))
    assert torch.equal(scaled[0].matrices()["W"], 0.5 * plain[0].matrices()["W"])


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_u_learns_at_its_own_rate(share):
    model = model_of("lstm")
    make = at_recurrent_rate(
        lambda parameters: torch.optim.SGD(parameters, lr=0.1), model, TrainingOptions(recurrent_rate=share)
    )
    optimizer = make(list(model.parameters()))
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    sum(p.sum() for p in model.parameters()).backward()
    optimizer.step()
    for name, parameter in model.named_parameters():
        rate = 0.1 * share if name == "0.kernel.weight_hh_l0" else 0.1
        assert torch.allclose(parameter, before[name] - rate, atol=1e-6), name


@pytest.mark.parametrize("name", ["gru", "lstm", "sru"])
def test_the_bias_belongs_to_the_gate_that_keeps_the_state(name):
    model = model_of(name)
    initialise(model, TrainingOptions(forget_bias=30.0))
    layer = model[0]
    x_BD, state = torch.randn(2, 3), tuple(torch.randn(2, 8) for _ in range(layer.state_parts))
    gate = keep_gate(layer, x_BD, state)
    assert torch.allclose(gate.of(x_BD, state), torch.ones(2, 8))


def test_chrono_covers_time_constants_up_to_the_longest():
    model = nn.Sequential(recurrence_class("lstm")(3, 4000))
    initialise(model, TrainingOptions(chrono=500))
    keep_H, write_H = model[0].keep_bias(), model[0].write_bias()
    assert torch.equal(write_H, -keep_H)
    # exp(b) is uniform between 1 and 499 (Tallec & Ollivier 2018, eq. 16).
    assert float(keep_H.exp().mean()) == pytest.approx(250, rel=0.05)
    assert 1 <= float(keep_H.exp().min()) < 3 and 495 < float(keep_H.exp().max()) <= 499.01


@pytest.mark.parametrize("constraint", ["orthogonal", "spectral"])
def test_a_constraint_holds_for_weights_and_their_average(constraint):
    model = model_of("gru")
    constrain = constraint_of(model, TrainingOptions(constraint=constraint, spectral_bound=0.5))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn_like(parameter))
    average = {name: p.detach() * 3 for name, p in model.named_parameters()}
    bias = average["0.kernel.bias_hh_l0"].clone()
    constrain(average)
    for U in (model[0].U.detach(), average["0.kernel.weight_hh_l0"]):
        for U_HH in U.chunk(3):
            singular = torch.linalg.svdvals(U_HH)
            largest = 1.0 if constraint == "orthogonal" else 0.5
            assert float(singular.max()) == pytest.approx(largest, abs=1e-5)
            assert constraint == "spectral" or float(singular.min()) == pytest.approx(1.0, abs=1e-5)
    assert torch.equal(average["0.kernel.bias_hh_l0"], bias)


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        ("sru", {"recurrent_weights": "identity"}, "SRU has no recurrent matrix U"),
        ("rnn", {"forget_bias": 1.0}, "RNN has no gate that keeps its state"),
        ("rnn", {"chrono": 9}, "chrono=9: RNN has no gate"),
    ],
)
def test_what_a_layer_does_not_have_is_refused(name, options, problem):
    with pytest.raises(SeqkitError, match=problem):
        initialise(model_of(name), TrainingOptions(**options))


def test_a_constraint_on_no_matrix_is_refused():
    with pytest.raises(SeqkitError, match="constraint=spectral: SRU has no recurrent matrix U"):
        constraint_of(model_of("sru"), TrainingOptions(constraint="spectral"))
    with pytest.raises(SeqkitError, match=r"recurrent_rate=0\.1: SRU has no recurrent matrix U"):
        at_recurrent_rate(torch.optim.SGD, model_of("sru"), TrainingOptions(recurrent_rate=0.1))


def test_two_options_for_one_bias_are_refused():
    with pytest.raises(SeqkitError, match="both set one bias"):
        TrainingOptions(forget_bias=1.0, chrono=5)
