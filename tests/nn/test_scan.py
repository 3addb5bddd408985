"""The gated scan against its definition, and its gradient against finite differences."""

from __future__ import annotations

import torch

from seqkit.nn.scan import gated_scan


def parts():
    torch.manual_seed(4)
    f, u, c0 = torch.rand(2, 5, 3), torch.randn(2, 5, 3), torch.randn(2, 3)
    return [part.double().requires_grad_() for part in (f, u, c0)]


def test_values():
    f, u, c = parts()
    for t, c_BH in enumerate(gated_scan(f, u, c).unbind(1)):
        c = f[:, t] * c + (1 - f[:, t]) * u[:, t]
        torch.testing.assert_close(c_BH, c)


def test_gradients():
    assert torch.autograd.gradcheck(gated_scan, parts())


def test_an_open_gate_keeps_and_a_closed_one_lets_in():
    _, u, c0 = parts()
    assert torch.equal(gated_scan(torch.ones_like(u), u, c0), c0[:, None].expand_as(u))
    assert torch.equal(gated_scan(torch.zeros_like(u), u, c0), u)
