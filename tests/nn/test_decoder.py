"""The recurrent decoder: all steps at once against step by step, and both against the equations.

Shapes: B sentences, T decoder steps, S memory steps, X features of x, D of the memory, H of z, O of o.
"""

from __future__ import annotations

from itertools import product

import pytest
import torch

from seqkit.models.recurrences import recurrence_class
from seqkit.nn.attention import ATTENTIONS
from seqkit.nn.decoder import RecurrentDecoder
from seqkit.nn.deep import Bridge, DeepEncoder

B, T, S, X, D, H = 3, 6, 4, 8, 5, 8
PARTS = {"rnn": 1, "gru": 1, "lstm": 2, "sru": 1}


def made(recurrence="lstm", layers=2, **around):
    torch.manual_seed(2)
    parts = recurrence_class(recurrence)(1, 1).state_parts
    decoder = RecurrentDecoder(
        recurrence_class(recurrence), X, H, layers, D, (D,) * parts, output_size=7, **around
    )
    for parameter in decoder.parameters():
        # LayerNorm's weights begin as ones and zeros, which would hide where they are applied.
        torch.nn.init.normal_(parameter, std=0.4)
    decoder = decoder.double().eval()
    mask_BS = torch.arange(S) < torch.tensor([4, 1, 3])[:, None]
    memory_BSD = torch.randn(B, S, D, dtype=torch.float64)
    final = tuple(torch.randn(B, D, dtype=torch.float64) for _ in range(parts))
    x_BTX = torch.randn(B, T, X, dtype=torch.float64)
    return decoder, decoder.start(memory_BSD, mask_BS, final), x_BTX


def step_by_step(decoder, state, x_BTX):
    outputs = []
    for t in range(x_BTX.shape[1]):
        o_BO, state = decoder.step(x_BTX[:, t], state)
        outputs.append(o_BO)
    return torch.stack(outputs, dim=1)


@pytest.mark.parametrize("recurrence", PARTS)
@pytest.mark.parametrize(("layer_norm", "residual"), list(product([False, True], repeat=2)))
@pytest.mark.parametrize("attention", ["none", *ATTENTIONS])
def test_all_steps_at_once_are_the_steps_one_by_one(recurrence, layer_norm, residual, attention):
    feeding = [False] if attention == "none" else [False, True]
    for layers, fed in product([1, 3], feeding):
        decoder, state, x_BTX = made(
            recurrence,
            layers,
            attention=attention,
            input_feeding=fed,
            layer_norm=layer_norm,
            residual=residual,
        )
        torch.testing.assert_close(
            decoder(x_BTX, state), step_by_step(decoder, state, x_BTX), atol=1e-12, rtol=1e-9
        )


def test_input_feeding_appends_the_attentional_state_to_the_next_input():
    decoder, state, x_BTX = made("gru", layers=1, attention="general", input_feeding=True)
    o_BTO = decoder(x_BTX, state)
    z_BH, fed_BO = state.layers[0][0], torch.zeros(B, 7, dtype=torch.float64)
    memory_BSD, keys_BSA, mask_BS, _ = state.reading
    for t in range(T):
        z_BH, _ = decoder.layers[0].forward_chain.step(torch.cat([x_BTX[:, t], fed_BO], -1), (z_BH,))
        context_B1D, _ = decoder.attention(z_BH[:, None], memory_BSD, keys_BSA, mask_BS)
        joined = torch.cat([z_BH, context_B1D[:, 0]], -1)
        fed_BO = torch.tanh(joined @ decoder.W_c.weight.T + decoder.W_c.bias)
        torch.testing.assert_close(o_BTO[:, t], fed_BO)


def test_layer_norm_and_residual_are_x_plus_the_normalised_state():
    decoder, state, x_BTX = made("rnn", layers=2, layer_norm=True, residual=True)
    below_BTX = x_BTX
    for layer, (z_BH,) in zip(decoder.layers, state.layers, strict=True):
        above = []
        for t in range(T):
            z_BH = layer.forward_chain.step(below_BTX[:, t], (z_BH,))[0]
            centred = z_BH - z_BH.mean(-1, keepdim=True)
            scaled = centred / (z_BH.var(-1, unbiased=False, keepdim=True) + 1e-5).sqrt()
            above.append(below_BTX[:, t] + scaled * layer.norm.weight + layer.norm.bias)
        below_BTX = torch.stack(above, dim=1)
    torch.testing.assert_close(decoder(x_BTX, state), below_BTX)


@pytest.mark.parametrize("fed", [False, True])
def test_one_dropout_mask_a_sentence_and_layer(fed):
    decoder, state, x_BTX = made("rnn", layers=2, attention="dot", input_feeding=fed, dropout=0.5)
    decoder.train()
    torch.manual_seed(1)
    o_BTO = decoder(x_BTX, state)
    dropped_BO = (o_BTO == 0).all(1)
    assert torch.equal((o_BTO == 0).any(1), dropped_BO), "the mask changes from step to step"
    assert 0 < dropped_BO.double().mean() < 1
    assert not torch.equal(dropped_BO[0], dropped_BO[1])
    torch.manual_seed(1)
    assert torch.equal(decoder(x_BTX, state), o_BTO)


def test_rows_of_a_search_share_a_memory():
    decoder, state, x_BTX = made("lstm", layers=1, attention="additive", input_feeding=True)
    rows_N = torch.tensor([0, 0, 1, 1, 2, 2])
    many = state.select(rows_N)
    assert many.reading.memory_BSD.shape[0] == B
    torch.testing.assert_close(
        step_by_step(decoder, many, x_BTX[rows_N]), step_by_step(decoder, state, x_BTX)[rows_N]
    )
    left_B = torch.tensor([2, 0])
    fewer = state.select(left_B, left_B)
    torch.testing.assert_close(
        step_by_step(decoder, fewer, x_BTX[left_B]), step_by_step(decoder, state, x_BTX)[left_B]
    )


def test_bridge_takes_projects_and_fills_up():
    lstm = recurrence_class("lstm")(X, H)
    same, other = torch.randn(B, H), torch.randn(B, D)
    bridge = Bridge((H, D), lstm, layers=2)
    for z_BH, c_BH in bridge((same, other)):
        assert torch.equal(z_BH, same)
        torch.testing.assert_close(c_BH, bridge.projections[1](other))
    (state,) = Bridge((H,), lstm, layers=1)((same,))
    assert torch.equal(state[0], same) and torch.equal(state[1], torch.zeros(B, H))
    assert len(Bridge((H, H), recurrence_class("gru")(X, H), layers=1)((same, same))[0]) == 1


@pytest.mark.parametrize("recurrence", PARTS)
@pytest.mark.parametrize("bidirectional", [False, True])
def test_an_encoder_reads_a_sentence_alone_as_in_a_batch(recurrence, bidirectional):
    torch.manual_seed(4)
    around = {"bidirectional": bidirectional, "layer_norm": True, "residual": True}
    encoder = DeepEncoder(recurrence_class(recurrence), X, H, 2, **around).double()
    x_BSX = torch.randn(B, S, X, dtype=torch.float64)
    lengths = [4, 1, 3]
    mask_BS = torch.arange(S) < torch.tensor(lengths)[:, None]
    z_BSH, end = encoder(x_BSX, mask_BS)
    for b, length in enumerate(lengths):
        alone, alone_end = encoder(x_BSX[b : b + 1, :length])
        torch.testing.assert_close(z_BSH[b, :length], alone[0])
        for part, own in zip(end, alone_end, strict=True):
            torch.testing.assert_close(part[b], own[0])
