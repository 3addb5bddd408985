"""Each kind of attention against a loop written from its paper's equation.

Shapes: B sentences, S memory steps, T decoder steps, D features of the memory, H of the decoder's state z.
"""

from __future__ import annotations

import pytest
import torch

from seqkit.nn import attention as module
from seqkit.nn.attention import ATTENTIONS

B, S, T, D, H = 3, 5, 4, 6, 6


def made(kind, memory_size=D):
    torch.manual_seed(3)
    layer = ATTENTIONS[kind](H, memory_size).double()
    z_BTH = torch.randn(B, T, H, dtype=torch.float64)
    memory_BSD = torch.randn(B, S, memory_size, dtype=torch.float64)
    return layer, z_BTH, memory_BSD


def score(layer, kind, z_H, m_D):
    """Luong et al. (2015), equation 8; Bahdanau et al. (2015), appendix A.1.2."""
    if kind == "dot":
        return sum(z_H[i] * m_D[i] for i in range(H))
    if kind == "general":
        return sum(z_H[i] * layer.W.weight[i, j] * m_D[j] for i in range(H) for j in range(len(m_D)))
    inner = layer.W.weight @ z_H + layer.U.weight @ m_D
    return sum(layer.v.weight[0, i] * torch.tanh(inner[i]) for i in range(H))


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_weights_and_context_are_those_of_the_papers_equation(kind):
    layer, z_BTH, memory_BSD = made(kind)
    context_BTD, a_BTS = layer(z_BTH, memory_BSD, layer.keys(memory_BSD))
    for b in range(B):
        for t in range(T):
            exps = [torch.exp(score(layer, kind, z_BTH[b, t], memory_BSD[b, s])) for s in range(S)]
            weights_S = torch.stack(exps) / sum(exps)
            torch.testing.assert_close(a_BTS[b, t], weights_S, atol=1e-12, rtol=1e-9)
            context_D = sum(weights_S[s] * memory_BSD[b, s] for s in range(S))
            torch.testing.assert_close(context_BTD[b, t], context_D, atol=1e-12, rtol=1e-9)


def test_dot_of_sizes_that_differ_projects_the_memory():
    layer, z_BTH, memory_BSD = made("dot", memory_size=4)
    scores_BTS = layer.scores(z_BTH, layer.keys(memory_BSD))
    expected = torch.einsum("bth,hd,bsd->bts", z_BTH, layer.project.weight, memory_BSD)
    torch.testing.assert_close(scores_BTS, expected)


@pytest.mark.parametrize("kind", ATTENTIONS)
def test_masked_steps_have_no_weight_and_no_effect(kind):
    layer, z_BTH, memory_BSD = made(kind)
    lengths = [5, 2, 1]
    mask_BS = torch.arange(S) < torch.tensor(lengths)[:, None]
    # What stands at padded steps must not matter, however large it is.
    padded_BSD = torch.where(mask_BS[:, :, None], memory_BSD, torch.full_like(memory_BSD, 1e3))
    context_BTD, a_BTS = layer(z_BTH, padded_BSD, layer.keys(padded_BSD), mask_BS)
    assert (a_BTS.masked_select(~mask_BS[:, None].expand_as(a_BTS)) == 0).all()
    torch.testing.assert_close(a_BTS.sum(-1), torch.ones(B, T, dtype=torch.float64))
    for b, length in enumerate(lengths):
        alone_1SD = memory_BSD[b : b + 1, :length]
        alone, weights = layer(z_BTH[b : b + 1], alone_1SD, layer.keys(alone_1SD))
        torch.testing.assert_close(context_BTD[b], alone[0])
        torch.testing.assert_close(a_BTS[b, :, :length], weights[0])


def test_additive_scores_a_few_steps_at_a_time_are_the_same(monkeypatch):
    layer, z_BTH, memory_BSD = made("additive")
    keys = layer.keys(memory_BSD)
    whole = layer.scores(z_BTH, keys)
    monkeypatch.setattr(module, "SCORES_AT_ONCE", 1)
    with torch.no_grad():
        torch.testing.assert_close(layer.scores(z_BTH, keys), whole)
