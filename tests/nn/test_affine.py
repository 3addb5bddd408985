"""W x + b by oneDNN against torch's own `F.linear`, and against sums in float64."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from seqkit.nn.affine import ONEDNN, Affine, affine


@pytest.mark.parametrize("shape", [(1, 40), (130, 40), (3, 5, 40), (0, 40), (40,)])
@pytest.mark.parametrize("bias", [True, False])
def test_it_is_the_sum_that_it_says(shape, bias):
    torch.manual_seed(3)
    x, W_YX, b_Y = torch.randn(shape), torch.randn(70, 40), torch.randn(70) if bias else None
    wide_b = None if b_Y is None else b_Y.double()
    expected = F.linear(x.double(), W_YX.double(), wide_b)
    with torch.inference_mode():
        found = affine(x, W_YX, b_Y)
    assert found.shape == expected.shape
    torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=1e-5)


def test_neither_operand_need_lie_in_order():
    torch.manual_seed(3)
    x_TX, W_XY = torch.randn(60, 9).T, torch.randn(60, 25)
    with torch.no_grad():
        torch.testing.assert_close(affine(x_TX, W_XY.T), x_TX @ W_XY, rtol=1e-5, atol=1e-5)


@pytest.mark.skipif(not ONEDNN, reason="this torch is built without oneDNN")
def test_onednn_is_asked_without_a_gradient_only(monkeypatch):
    asked = []

    def told(x, W, b, *rest):
        asked.append(x.dtype)
        return F.linear(x, W, b)

    assert ONEDNN, "torch's builds for x86 have oneDNN"
    monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", told)
    layer, x = Affine(4, 3), torch.randn(2, 4)
    layer(x).sum().backward()
    assert layer.weight.grad is not None and not asked
    with torch.inference_mode():
        layer(x)
        layer.double()(x.double())
        with torch.autocast("cpu", torch.bfloat16):
            assert layer.float()(x).dtype == torch.bfloat16
    assert asked == [torch.float32]
