"""The layers compared with explicit loops from the equations, and with their defining identities."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from seqkit.extend.manager import registry
from seqkit.models.recurrences import recurrence_class
from seqkit.nn.bfloat16 import HERE
from seqkit.nn.recurrent import Recurrence, last_real, reverse
from seqkit.nn.stack import Layer, Stack

B, T, D, H = 3, 5, 4, 6
RECURRENCES = ("rnn", "lstm", "gru", "sru")
REGISTERED = [registered.spec.name for registered in registry().all("recurrences")]
"""Registered layers, those of installed third-party plugins included: the conformance suite of layers."""


@pytest.fixture(autouse=True)
def double_precision():
    torch.manual_seed(5)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def randomised(module):
    """Biases start at zero: give every parameter a value that would show."""
    for parameter in module.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return module


def explicit_rnn(layer, x_BTD: Tensor) -> Tensor:
    """z_t = tanh(W x_t + U z_{t-1} + b), one sentence and one step at a time."""
    z_BTH = []
    for x_TD in x_BTD:
        z = torch.zeros(H)
        for x in x_TD:
            z = torch.tanh(layer.W @ x + layer.U @ z + layer.b)
            z_BTH.append(z)
    return torch.stack(z_BTH).view(len(x_BTD), -1, H)


def explicit_lstm(layer, x_BTD: Tensor) -> Tensor:
    """Each gate with its own rows of W, U and b, in torch's order: i, f, g, o."""
    Wi, Wf, Wg, Wo = layer.W.chunk(4)
    Ui, Uf, Ug, Uo = layer.U.chunk(4)
    bi, bf, bg, bo = layer.b.chunk(4)
    z_BTH = []
    for x_TD in x_BTD:
        z, c = torch.zeros(layer.hidden_size), torch.zeros(layer.hidden_size)
        for x in x_TD:
            i = 1 / (1 + torch.exp(-(Wi @ x + Ui @ z + bi)))
            f = 1 / (1 + torch.exp(-(Wf @ x + Uf @ z + bf)))
            o = 1 / (1 + torch.exp(-(Wo @ x + Uo @ z + bo)))
            c = f * c + i * torch.tanh(Wg @ x + Ug @ z + bg)
            z = o * torch.tanh(c)
            z_BTH.append(z)
    return torch.stack(z_BTH).view(len(x_BTD), -1, layer.hidden_size)


def explicit_gru(layer, x_BTD: Tensor) -> Tensor:
    Wr, Wu, Wn = layer.W.chunk(3)
    Ur, Uu, Un = layer.U.chunk(3)
    br, bu, bn = layer.kernel.bias_ih_l0.chunk(3)
    cr, cu, cn = layer.kernel.bias_hh_l0.chunk(3)
    z_BTH = []
    for x_TD in x_BTD:
        z = torch.zeros(layer.hidden_size)
        for x in x_TD:
            r = 1 / (1 + torch.exp(-(Wr @ x + br + Ur @ z + cr)))
            u = 1 / (1 + torch.exp(-(Wu @ x + bu + Uu @ z + cu)))
            n = torch.tanh(Wn @ x + bn + r * (Un @ z + cn))
            z = n + u * (z - n)
            z_BTH.append(z)
    return torch.stack(z_BTH).view(len(x_BTD), -1, layer.hidden_size)


def explicit_sru(layer, x_BTD: Tensor) -> Tensor:
    Wf, Wr, Wu, Ws = layer.W.chunk(4)
    bf, br, bu, bs = layer.b.chunk(4)
    z_BTH = []
    for x_TD in x_BTD:
        c = torch.zeros(H)
        for x in x_TD:
            f = 1 / (1 + torch.exp(-(Wf @ x + bf)))
            r = 1 / (1 + torch.exp(-(Wr @ x + br)))
            c = f * c + (1 - f) * (Wu @ x + bu)
            z_BTH.append(r * c + (1 - r) * (Ws @ x + bs))
    return torch.stack(z_BTH).view(len(x_BTD), -1, H)


EXPLICIT = {"rnn": explicit_rnn, "lstm": explicit_lstm, "gru": explicit_gru, "sru": explicit_sru}


def gradients(output: Tensor, layer, x_BTD: Tensor) -> list[Tensor]:
    weights = torch.linspace(-1, 1, output.numel()).view_as(output)
    return list(torch.autograd.grad((output * weights).sum(), [x_BTD, *layer.parameters()]))


@pytest.mark.parametrize("name", RECURRENCES)
def test_layer_equals_its_equation_in_values_and_gradients(name):
    layer = randomised(recurrence_class(name)(D, H))
    x_BTD = torch.randn(B, T, D, requires_grad=True)
    fast, slow = layer(x_BTD)[0], EXPLICIT[name](layer, x_BTD)
    torch.testing.assert_close(fast, slow, atol=1e-6, rtol=0)
    for ours, theirs in zip(gradients(fast, layer, x_BTD), gradients(slow, layer, x_BTD), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", REGISTERED)
def test_kernel_equals_the_loop_over_steps_on_padded_batches(name):
    layer = randomised(recurrence_class(name)(D, H))
    # One sequence has no step at all: its state stays what it was.
    x_BTD, lengths_B = torch.randn(B + 1, T, D), torch.tensor([5, 2, 3, 0])
    mask_BT = torch.arange(T) < lengths_B[:, None]
    state = tuple(torch.randn(B + 1, H) for _ in range(layer.state_parts))
    fast, fast_end = layer(x_BTD, mask_BT, state)
    slow, slow_end = Recurrence.forward(layer, x_BTD, mask_BT, state)
    torch.testing.assert_close(fast[mask_BT], slow[mask_BT])
    for ours, theirs in zip(fast_end, slow_end, strict=True):
        torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(fast_end[0][:B], last_real(fast, lengths_B)[:B])


@pytest.mark.parametrize("name", REGISTERED)
def test_state_carries_a_sequence_over_a_cut(name):
    layer = randomised(recurrence_class(name)(D, H))
    x_BTD = torch.randn(B, T, D)
    whole, _ = layer(x_BTD)
    head, state = layer(x_BTD[:, :2])
    tail, _ = layer(x_BTD[:, 2:], None, state)
    torch.testing.assert_close(torch.cat([head, tail], dim=1), whole)


def test_the_same_matrices_serve_every_step():
    """With a copy of W and U for each step, the copies' gradients sum to that of the shared ones."""
    layer = randomised(recurrence_class("rnn")(D, H))
    x_BTD = torch.randn(B, T, D)
    W_copies = [layer.W.detach().clone().requires_grad_() for _ in range(T)]
    U_copies = [layer.U.detach().clone().requires_grad_() for _ in range(T)]
    z = torch.zeros(B, H)
    for t in range(T):
        z = torch.tanh(x_BTD[:, t] @ W_copies[t].T + z @ U_copies[t].T + layer.b.detach())
    z.square().sum().backward()
    layer(x_BTD)[0][:, -1].square().sum().backward()
    torch.testing.assert_close(layer.W.grad, sum(W.grad for W in W_copies))
    torch.testing.assert_close(layer.U.grad, sum(U.grad for U in U_copies))
    assert all(W.grad.abs().max() > 1e-9 for W in W_copies), "every step must count"


@pytest.mark.parametrize("name", REGISTERED)
def test_bidirectional_network_is_acyclic(name):
    """d z_t / d x_s: zero where the forward half would see s > t, or the backward half s < t; not zero elsewhere."""
    layer = randomised(Layer(recurrence_class(name), D, H, bidirectional=True))
    x_BTD = torch.randn(1, T, D)
    jacobian = torch.autograd.functional.jacobian(lambda x: layer(x)[0], x_BTD)[:, :, 0]
    for t in range(T):
        for s in range(T):
            forward_block, backward_block = jacobian[t, :H, s], jacobian[t, H:, s]
            assert (forward_block == 0).all() == (s > t)
            assert (backward_block == 0).all() == (s < t)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_nothing(bidirectional):
    stack = randomised(Stack(recurrence_class("lstm"), D, H, layers=2, bidirectional=bidirectional))
    lengths = torch.tensor([5, 1, 3])
    x_BTD = torch.randn(B, T, D)
    padded = stack(x_BTD, lengths)
    for row, length in enumerate(lengths.tolist()):
        alone = stack(x_BTD[row : row + 1, :length])
        torch.testing.assert_close(padded[row : row + 1, :length], alone)


@pytest.mark.parametrize("name", REGISTERED)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_deep_network_is_the_composition_of_its_layers(name, bidirectional):
    stack = randomised(
        Stack(recurrence_class(name), D, H, layers=3, bidirectional=bidirectional, dropout=0.5)
    ).eval()
    x_BTD = torch.randn(B, T, D)
    first, second, third = stack.layers
    assert torch.equal(stack(x_BTD), third(second(first(x_BTD))))


@pytest.mark.parametrize("name", REGISTERED)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_looking_up_what_was_prepared_of_distinct_words_equals_reading_them(name, bidirectional):
    stack = randomised(Stack(recurrence_class(name), D, H, layers=2, bidirectional=bidirectional)).eval()
    x_UD, index_BT = torch.randn(4, D), torch.tensor([[0, 3, 3, 1], [2, 2, 0, 1]])
    from_table = stack.forward_from_table(stack.prepare(x_UD), index_BT)
    torch.testing.assert_close(from_table, stack(x_UD[index_BT]))


def test_a_sequence_without_a_real_step_keeps_its_state():
    for name in RECURRENCES[3:]:
        layer = randomised(recurrence_class(name)(D, H))
        state = tuple(torch.randn(2, H) for _ in range(layer.state_parts))
        _, end = layer(torch.randn(2, T, D), torch.tensor([[True] * T, [False] * T]), state)
        assert all(torch.equal(new[1], old[1]) for new, old in zip(end, state, strict=True))


def test_reverse_is_its_own_inverse_and_keeps_padding_on_the_right():
    x_BTD, lengths_B = torch.arange(10.0).view(2, 5, 1), torch.tensor([5, 3])
    reversed_BTD = reverse(x_BTD, lengths_B)
    assert reversed_BTD[:, :, 0].tolist() == [[4, 3, 2, 1, 0], [7, 6, 5, 8, 9]]
    assert torch.equal(reverse(reversed_BTD, lengths_B), x_BTD)


def test_recurrent_matrices_start_orthogonal():
    for U in recurrence_class("lstm")(D, H).U.chunk(4):
        torch.testing.assert_close(U @ U.T, torch.eye(H))


@pytest.mark.parametrize("name", RECURRENCES)
def test_under_autocast_it_computes_what_it_does_without_to_the_digits_of_bfloat16(name):
    """From a state in float32, forward and backward in time, with a gradient."""
    if name == "lstm" and not HERE:
        pytest.skip("torch's LSTM needs a processor with bfloat16")
    torch.set_default_dtype(torch.float32)
    layer, x_BTD = randomised(Layer(recurrence_class(name), D, H, bidirectional=True)), torch.randn(B, T, D)
    exact_BTH = layer(x_BTD)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        z_BTH = layer(x_BTD)
        layer.forward_chain(x_BTD, None, layer.forward_chain.initial_state(x_BTD))
    torch.testing.assert_close(z_BTH.float(), exact_BTH, atol=0.03, rtol=0.03)
    z_BTH.float().sum().backward()
    assert all(parameter.grad is not None for parameter in layer.parameters())
