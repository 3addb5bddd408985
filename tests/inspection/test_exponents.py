"""Jacobians, exponents and predictions compared with linear algebra in solvable cases."""

import math

import pytest
import torch
from torch import nn

from seqkit.errors import SeqkitError
from seqkit.inspection.flow import Curve, Followed, ahead, behind, measure, of_source, predict
from seqkit.inspection.gates import activations, keep_gate
from seqkit.inspection.matrices import spectrum_of
from seqkit.inspection.tracing import tracing
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.jacobians import lyapunov, pushed, step_jacobian
from seqkit.nn.recurrent import Recurrence

RECURRENCES = ("rnn", "gru", "lstm", "sru")


class Linear(Recurrence):
    """z_t = x_t + U z_{t-1}, whose every derivative is known."""

    def __init__(self, size):
        super().__init__(size, size)
        self.U = nn.Parameter(torch.zeros(size, size))

    def step(self, x_BD, state):
        z_BH = x_BD + state[0] @ self.U.T
        return z_BH, (z_BH,)


def linear(*diagonal):
    layer = Linear(len(diagonal)).double()
    layer.U.data.copy_(torch.diag(torch.tensor(diagonal)))
    return layer


@pytest.mark.parametrize("name", RECURRENCES)
def test_a_traced_layer_computes_what_its_kernel_does(name):
    layer = recurrence_class(name)(5, 6).double()
    x_BTD = torch.randn(3, 9, 5, dtype=torch.float64)
    mask_BT = torch.arange(9) < torch.tensor([9, 4, 1])[:, None]
    plain, end = layer(x_BTD, mask_BT)
    with tracing() as traces:
        seen, seen_end = layer(x_BTD, mask_BT)
    assert torch.allclose(plain[mask_BT], seen[mask_BT], atol=1e-12)
    for part, seen_part in zip(end, seen_end, strict=True):
        assert torch.allclose(part, seen_part, atol=1e-12)
    assert traces.of(layer).steps == 9
    assert not any(call.layer is not layer for call in traces.calls)


@pytest.mark.parametrize("name", RECURRENCES)
def test_forward_mode_gives_the_jacobian_of_reverse_mode(name):
    layer = recurrence_class(name)(5, 6).double()
    x_BD = torch.randn(2, 5, dtype=torch.float64)
    state = tuple(torch.randn(2, 6, dtype=torch.float64) for _ in range(layer.state_parts))
    J_BNN, after = step_jacobian(layer, x_BD, state)
    eye_BNN = torch.eye(J_BNN.shape[1], dtype=torch.float64).expand(2, -1, -1)
    moved_BNN, after_too = pushed(layer, x_BD, state, eye_BNN)
    assert torch.allclose(J_BNN, moved_BNN, atol=1e-12)
    assert all(torch.allclose(a, b, atol=1e-12) for a, b in zip(after, after_too, strict=True))


def test_exponents_of_a_linear_layer_are_logarithms_of_eigenvalues():
    x_BTD = torch.randn(2, 400, 3, dtype=torch.float64)
    found = lyapunov(linear(0.5, 1.1, 0.9), x_BTD, directions=3)
    assert found.exponents == pytest.approx([math.log(1.1), math.log(0.9), math.log(0.5)], abs=1e-3)
    assert "explode" in found.meaning
    assert found.amplification == pytest.approx(400 * math.log(1.1), rel=0.05)


def test_an_orthogonal_matrix_neither_decays_nor_grows():
    layer = Linear(8).double()
    nn.init.orthogonal_(layer.U)
    assert lyapunov(layer, torch.randn(1, 100, 8, dtype=torch.float64)).largest == pytest.approx(0, abs=1e-9)
    spectrum = spectrum_of("U", layer.U, recurrent=True)
    assert spectrum.powers == pytest.approx([1.0] * len(spectrum.powers))
    assert spectrum.radius == pytest.approx(1.0)


def test_too_short_a_sequence_is_refused():
    with pytest.raises(SeqkitError, match="7 steps"):
        lyapunov(linear(0.5), torch.randn(1, 7, 1, dtype=torch.float64))


def curve_of(layer, x_BTD, losses_of, distance):
    with tracing() as traces:
        z_BTH, _ = layer(x_BTD)
    trace, curve = traces.calls[0], Curve()
    lengths = [x_BTD.shape[1]] * len(x_BTD)
    measure(losses_of(z_BTH), lengths, [Followed(trace, 0, distance, lengths, curve)])
    return trace, dict(curve.points)


def test_the_measured_gradient_of_a_linear_layer_is_a_power_of_u():
    x_BTD = torch.randn(2, 12, 2, dtype=torch.float64)
    trace, points = curve_of(linear(0.7, 0.7), x_BTD, lambda z: z.sum(-1), ahead)
    assert points == pytest.approx({k: math.sqrt(2) * 0.7**k for k in range(12)})
    told = predict(trace, [12, 12], lyapunov(trace.layer, x_BTD)).curves(5)
    assert told["ρ(U)^k"][5][1] == pytest.approx(0.7**5)
    assert told["(mean h' · σ_max(U))^k"][5][1] == pytest.approx(0.7**5)
    assert told["exp(λ k)"][5][1] == pytest.approx(0.7**5, rel=1e-3)


def test_predictions_for_an_encoder_begin_at_its_last_state():
    x_BTD = torch.randn(2, 12, 2, dtype=torch.float64)
    last_loss = lambda z_BTH: z_BTH[:, -1:].sum(-1)  # noqa: E731
    trace, points = curve_of(linear(0.7, 0.7), x_BTD, last_loss, of_source)
    assert points == pytest.approx({k: math.sqrt(2) * 0.7 ** (k - 1) for k in range(1, 13)})
    for name, curve in predict(trace, [12, 12], lyapunov(trace.layer, x_BTD)).curves(12, 1).items():
        measured = [points[k] / points[1] for k, _ in curve]
        assert [value for _, value in curve] == pytest.approx(measured, rel=1e-3), name


def test_a_backward_chain_reaches_words_that_come_later():
    x_BTD = torch.randn(1, 6, 2, dtype=torch.float64)
    _, points = curve_of(linear(0.7, 0.7), x_BTD, lambda z: z.sum(-1).flip(1), behind)
    assert points == pytest.approx({k: math.sqrt(2) * 0.7**k for k in range(6)})


@pytest.mark.parametrize(
    ("name", "gate", "path", "number"),
    [("lstm", "sigmoid 1", "cell", 0), ("gru", "sigmoid 2", "state", 1), ("sru", "sigmoid 1", "cell", 0)],
)
def test_the_gate_that_keeps_the_state_is_found_by_its_effect(name, gate, path, number):
    layer = recurrence_class(name)(5, 6).double()
    x_BD = torch.randn(2, 5, dtype=torch.float64)
    state = tuple(torch.randn(2, 6, dtype=torch.float64) for _ in range(layer.state_parts))
    found = keep_gate(layer, x_BD, state)
    assert (found.name, found.path) == (gate, path)
    assert torch.allclose(found.of(x_BD, state), activations(layer, x_BD, state)[number].values_BH)


def test_a_plain_layer_has_no_gate():
    layer = recurrence_class("rnn")(5, 6).double()
    x_BD, state = torch.randn(2, 5, dtype=torch.float64), (torch.randn(2, 6, dtype=torch.float64),)
    assert keep_gate(layer, x_BD, state) is None
    assert [one.name for one in activations(layer, x_BD, state)] == ["tanh 1"]
