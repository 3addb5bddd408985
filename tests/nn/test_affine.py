"""W x + b by oneDNN compared with torch's `F.linear` and with sums in float64."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

import seqkit.nn.affine as affine_module
from seqkit.nn.affine import ONEDNN, Affine, affine, usual


@pytest.mark.parametrize("shape", [(1, 40), (130, 40), (3, 5, 40), (0, 40), (40,)])
@pytest.mark.parametrize("bias", [True, False])
def test_it_equals_the_explicit_sum(shape, bias):
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


def test_a_stream_of_batches_has_few_numbers_of_rows(monkeypatch):
    torch.manual_seed(3)
    W_YX, b_Y, met = torch.randn(6, 4), torch.randn(6), set()
    of_these_rows = affine_module.product

    def told(x_NX, *rest):
        met.add(len(x_NX))
        return of_these_rows(x_NX, *rest)

    monkeypatch.setattr(affine_module, "product", told)
    with torch.inference_mode():
        for rows in range(1, 513):
            x_NX = torch.randn(rows, 4)
            expected = F.linear(x_NX, W_YX, b_Y)
            torch.testing.assert_close(affine(x_NX, W_YX, b_Y), expected, rtol=1e-5, atol=1e-5)
    assert len(met) <= 60 and max(met) == 512


@pytest.mark.parametrize(
    ("rows", "expected"), [(0, 0), (1, 1), (15, 15), (17, 18), (33, 36), (512, 512), (8001, 8192)]
)
def test_the_usual_number_of_rows_is_a_little_more(rows, expected):
    assert usual(rows) == expected
    assert usual(expected) == expected


@pytest.mark.skipif(not ONEDNN, reason="this torch is built without oneDNN")
def test_onednn_is_used_only_without_a_gradient(monkeypatch):
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
