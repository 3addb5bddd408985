"""The loss in chunks against torch's own cross-entropy.

Shapes: N steps, H features of o, V symbols.
"""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from seqkit.nn import cross_entropy
from seqkit.nn.cross_entropy import STEPS_AT_ONCE, chunked_cross_entropy, log_probs

H, V = 7, 11


def leaves(steps, dtype=torch.float64):
    torch.manual_seed(5)
    o_NH, V_VH, b_V = torch.randn(steps, H), torch.randn(V, H), torch.randn(V)
    y_N = torch.randint(V, (steps,))
    return [part.to(dtype).requires_grad_() for part in (o_NH, V_VH, b_V)], y_N


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.5])
@pytest.mark.parametrize("steps", [1, STEPS_AT_ONCE, 2 * STEPS_AT_ONCE + 3])
def test_value_and_gradient_are_those_of_torch(steps, smoothing):
    (o_NH, V_VH, b_V), y_N = leaves(steps)
    loss = chunked_cross_entropy(o_NH, V_VH, b_V, y_N, smoothing)
    # Scaled, as a mean is: the gradient that comes from above must count.
    found = torch.autograd.grad(loss.smooth / 3, (o_NH, V_VH, b_V))
    logits_NV = o_NH @ V_VH.T + b_V
    expected = F.cross_entropy(logits_NV, y_N, label_smoothing=smoothing, reduction="sum")
    torch.testing.assert_close(loss.smooth, expected)
    for own, torchs in zip(found, torch.autograd.grad(expected / 3, (o_NH, V_VH, b_V)), strict=True):
        torch.testing.assert_close(own, torchs)


def test_counts_are_without_smoothing():
    (o_NH, V_VH, b_V), y_N = leaves(700)
    loss = chunked_cross_entropy(o_NH, V_VH, b_V, y_N, 0.3)
    logits_NV = o_NH @ V_VH.T + b_V
    assert loss.nll.item() == pytest.approx(float(F.cross_entropy(logits_NV, y_N, reduction="sum").detach()))
    assert loss.right == int((logits_NV.argmax(-1) == y_N).sum()) > 0


def test_under_autocast_it_is_close_and_leaves_float32():
    (o_NH, V_VH, b_V), y_N = leaves(900, torch.float32)
    exact = chunked_cross_entropy(o_NH, V_VH, b_V, y_N, 0.1)
    expected = torch.autograd.grad(exact.smooth, (o_NH, V_VH, b_V))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = chunked_cross_entropy(o_NH.to(torch.bfloat16), V_VH, b_V, y_N, 0.1)
    assert loss.smooth.dtype == torch.float32
    assert loss.smooth.item() != exact.smooth.item(), "bfloat16 was not used"
    assert loss.smooth.item() == pytest.approx(exact.smooth.item(), rel=0.01)
    for own, full in zip(torch.autograd.grad(loss.smooth, (o_NH, V_VH, b_V)), expected, strict=True):
        assert float((own - full).norm() / full.norm()) < 0.02


def test_without_a_gradient_only_the_value_is_made():
    (o_NH, V_VH, b_V), y_N = leaves(5)
    with torch.inference_mode():
        loss = chunked_cross_entropy(o_NH, V_VH, b_V, y_N)
        expected = -log_probs(o_NH, V_VH, b_V).gather(1, y_N[:, None]).sum()
    assert loss.nll.item() == pytest.approx(float(expected))
    assert not loss.smooth.requires_grad


def test_a_target_that_is_beyond_all_probability_has_a_loss_all_the_same():
    o_NH, V_VH, b_V = torch.ones(2, 1), torch.tensor([[0.0], [500.0], [-500.0]]), torch.zeros(3)
    loss = chunked_cross_entropy(o_NH, V_VH, b_V, torch.tensor([2, 1]))
    assert loss.nll.item() == pytest.approx(1000.0)
    assert loss.right == 1


def test_the_log_probability_of_each_symbol_and_its_gradient_are_those_of_all_at_once(monkeypatch):
    monkeypatch.setattr(cross_entropy, "STEPS_AT_ONCE", 3)
    torch.manual_seed(2)
    o_NH, V_VH, b_V = (torch.randn(*size, dtype=torch.float64) for size in ((7, 4), (5, 4), (5,)))
    y_N, weights_N = torch.randint(5, (7,)), torch.randn(7, dtype=torch.float64)
    found = {}
    for name in ("parts", "whole"):
        parts = [part.clone().requires_grad_() for part in (o_NH, V_VH, b_V)]
        if name == "parts":
            log_p_N = cross_entropy.symbol_log_probs(*parts, y_N)
        else:
            log_p_N = cross_entropy.log_probs(*parts).gather(1, y_N[:, None])[:, 0]
        (log_p_N * weights_N).sum().backward()
        found[name] = [log_p_N.detach(), *(part.grad for part in parts)]
    torch.testing.assert_close(found["parts"], found["whole"], atol=1e-12, rtol=1e-12)
