"""The pointer-generator against its equation, computed with dense probabilities.

Shapes: B sentences, T decoder steps, N steps, S source steps, H features of o, V symbols.
"""

from __future__ import annotations

import pytest
import torch

from seqkit.nn import pointer_loss
from seqkit.nn.pointer import Copies, Pointer, log_mixture, mixed_log_probs
from seqkit.nn.pointer_loss import pointer_cross_entropy

B, T, S, H, V = 3, 5, 6, 4, 9
MASK_BS = torch.arange(S) < torch.tensor([6, 2, 4])[:, None]
SYMBOLS_BS = torch.tensor([[3, 1, 3, 8, 3, 1], [5, 5, 0, 0, 0, 0], [2, 7, 0, 2, 0, 0]])


def made(dtype=torch.float64):
    """Leaves, and the dense P(v) of each step, (N, V), by the equation alone."""
    torch.manual_seed(4)
    o_BTH, V_VH, b_V = torch.randn(B, T, H), torch.randn(V, H), torch.randn(V)
    scores_BTS = torch.randn(B, T, S).masked_fill(~MASK_BS[:, None], -torch.inf)
    leaves = [part.to(dtype).requires_grad_() for part in (o_BTH, V_VH, b_V)]
    scores_BTS = scores_BTS.to(dtype).requires_grad_()
    pointer = Pointer(H).to(dtype)
    torch.nn.init.normal_(pointer.gate.bias)
    return pointer, leaves, scores_BTS


def dense(pointer, leaves, scores_BTS):
    o_BTH, V_VH, b_V = leaves
    g_BT1 = torch.sigmoid(pointer.gate(o_BTH))
    one_hot_BSV = torch.nn.functional.one_hot(SYMBOLS_BS, V).to(V_VH.dtype)
    copied_BTV = scores_BTS.softmax(-1) @ one_hot_BSV
    P_BTV = g_BT1 * (o_BTH @ V_VH.T + b_V).softmax(-1) + (1 - g_BT1) * copied_BTV
    return P_BTV.flatten(0, 1)


def copies_of(pointer, leaves, scores_BTS):
    copies = pointer(leaves[0], scores_BTS.softmax(-1), SYMBOLS_BS, MASK_BS)
    return copies.at(torch.ones(B, T, dtype=torch.bool))


def test_probabilities_are_those_of_the_equation_and_sum_to_one():
    pointer, leaves, scores_BTS = made()
    P_NV = dense(pointer, leaves, scores_BTS)
    copies = copies_of(pointer, leaves, scores_BTS)
    log_p_NV = (leaves[0].flatten(0, 1) @ leaves[1].T + leaves[2]).log_softmax(-1)
    found_NV = mixed_log_probs(log_p_NV, copies)
    torch.testing.assert_close(found_NV.exp(), P_NV)
    torch.testing.assert_close(found_NV.exp().sum(-1), torch.ones(B * T, dtype=torch.float64))
    torch.manual_seed(1)
    weights_NV = torch.randn(B * T, V, dtype=torch.float64)
    every = [*leaves, scores_BTS, *pointer.parameters()]
    expected = torch.autograd.grad((P_NV.log() * weights_NV).sum(), every)
    torch.testing.assert_close(torch.autograd.grad((found_NV * weights_NV).sum(), every), expected)


def test_without_a_gradient_the_same_numbers_are_written_in_place():
    pointer, leaves, scores_BTS = made()
    with torch.no_grad():
        copies = copies_of(pointer, leaves, scores_BTS)
        log_p_NV = (leaves[0].flatten(0, 1) @ leaves[1].T + leaves[2]).log_softmax(-1)
        found_NV = mixed_log_probs(log_p_NV, copies)
    assert found_NV.data_ptr() == log_p_NV.data_ptr()
    torch.testing.assert_close(found_NV.exp(), dense(pointer, leaves, scores_BTS).detach())


def test_one_symbol_has_the_probability_that_it_has_among_all():
    pointer, leaves, scores_BTS = made()
    y_N = torch.arange(B * T) % V
    copies = copies_of(pointer, leaves, scores_BTS)
    log_p_NV = (leaves[0].flatten(0, 1) @ leaves[1].T + leaves[2]).log_softmax(-1)
    log_p_N = log_p_NV.gather(1, y_N[:, None])[:, 0]
    expected_N = dense(pointer, leaves, scores_BTS).gather(1, y_N[:, None])[:, 0]
    torch.testing.assert_close(log_mixture(log_p_N, copies.gate_N, copies.of(y_N)).exp(), expected_N)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("at_once", [4, 512])
def test_the_loss_in_chunks_and_its_gradient_are_those_of_dense_probabilities(
    smoothing, at_once, monkeypatch
):
    monkeypatch.setattr(pointer_loss, "STEPS_AT_ONCE", at_once)
    pointer, leaves, scores_BTS = made()
    y_N = torch.tensor([3, 1, 8, 0, 4, 5, 5, 6, 0, 1, 2, 7, 7, 0, 8])
    every = [*leaves, scores_BTS, *pointer.parameters()]
    copies = copies_of(pointer, leaves, scores_BTS)
    o_NH, V_VH, b_V = leaves[0].flatten(0, 1), leaves[1], leaves[2]
    loss = pointer_cross_entropy(o_NH, V_VH, b_V, copies, y_N, smoothing)
    log_P_NV = dense(pointer, leaves, scores_BTS).log()
    nll_N = -log_P_NV.gather(1, y_N[:, None])[:, 0]
    expected = ((1 - smoothing) * nll_N - smoothing * log_P_NV.mean(-1)).sum()
    torch.testing.assert_close(loss.smooth, expected)
    torch.testing.assert_close(loss.nll, nll_N.sum())
    assert loss.right == int((log_P_NV.argmax(-1) == y_N).sum()) > 0
    found = torch.autograd.grad(loss.smooth / 3, every)
    torch.testing.assert_close(found, torch.autograd.grad(expected / 3, every))


def test_under_autocast_the_loss_is_close_and_leaves_float32():
    pointer, leaves, scores_BTS = made(torch.float32)
    y_N = torch.arange(B * T) % V
    o_NH, V_VH, b_V = leaves[0].flatten(0, 1), leaves[1], leaves[2]
    exact = pointer_cross_entropy(o_NH, V_VH, b_V, copies_of(pointer, leaves, scores_BTS), y_N, 0.1)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        copies = copies_of(pointer, leaves, scores_BTS)
        loss = pointer_cross_entropy(o_NH.to(torch.bfloat16), V_VH, b_V, copies, y_N, 0.1)
    assert loss.smooth.dtype == torch.float32
    assert loss.smooth.item() == pytest.approx(exact.smooth.item(), rel=0.01)
    assert loss.smooth.item() != exact.smooth.item(), "bfloat16 was not used"
    loss.smooth.backward()
    assert all(one.grad is not None and one.grad.isfinite().all() for one in (*leaves, scores_BTS))


def test_a_symbol_without_any_probability_has_a_finite_loss():
    copies = Copies(
        torch.tensor([-200.0]), torch.tensor([[1]]), torch.tensor([[1.0]]), torch.tensor([[True]])
    )
    loss = pointer_cross_entropy(
        torch.ones(1, 1), torch.zeros(3, 1), torch.zeros(3), copies, torch.tensor([2])
    )
    assert 40 < loss.nll.item() < 300
