"""Sequence to sequence against explicit loops over the equations, float64.

    encoder: z_t = h(W_e x_t + U_e z_{t-1})        decoder: ŷ_τ = V_d h(W_d x_τ + U_d z_{τ-1})

Shapes: B pairs, S source steps, T target steps, D features of x, H of z, V symbols.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import torch
from toy_translation import pairs, tiny

from seqkit.errors import SeqkitError
from seqkit.examples import Pair
from seqkit.models.artifact import load_model, save_model
from seqkit.models.contracts import Memory
from seqkit.models.seq2seq import join

PAIRS = [
    Pair({"text": "one"}, "fuenf vier drei zwei eins eins zwei drei"),
    Pair({"text": "six five four three two one one two three"}, "eins"),
    Pair({"text": "two three four"}, "vier drei zwei"),
    Pair({"text": ""}, "eins"),
    Pair({"text": "four"}, ""),
]
PLAIN = {"attention": "none", "bidirectional": False, "tied": False}


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def rnn(W, U, b, b2, x, state):
    (z,) = state
    return (np.tanh(W @ x + U @ z + b + b2),)


def gru(W, U, b, b2, x, state):
    (z,) = state
    H = len(z)
    r, u, n = (slice(k * H, (k + 1) * H) for k in range(3))
    reset = sigmoid(W[r] @ x + b[r] + U[r] @ z + b2[r])
    update = sigmoid(W[u] @ x + b[u] + U[u] @ z + b2[u])
    new = np.tanh(W[n] @ x + b[n] + reset * (U[n] @ z + b2[n]))
    return ((1 - update) * new + update * z,)


def lstm(W, U, b, b2, x, state):
    z, c = state
    H = len(z)
    inner = W @ x + U @ z + b + b2
    i, f, g, o = (inner[k * H : (k + 1) * H] for k in range(4))
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return (sigmoid(o) * np.tanh(c), c)


H_OF = {"rnn": rnn, "gru": gru, "lstm": lstm}


def weights(layer):
    kernel = layer.forward_chain.kernel
    return [
        parameter.detach().numpy()
        for parameter in (kernel.weight_ih_l0, kernel.weight_hh_l0, kernel.bias_ih_l0, kernel.bias_hh_l0)
    ]


def vector(embedding, symbol):
    """x = D^¼ e_y"""
    e_VD = embedding.weight.detach().numpy()
    return e_VD.shape[1] ** 0.25 * e_VD[symbol]


def shaken(model):
    """Weights far from where they begin, so that no zero bias can hide a mistake."""
    torch.manual_seed(11)
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    return model.double().eval()


def log_prob_by_equation(model, pair, h):
    """log P(target | source), from the equations, with the last latent state as all that passes over."""
    encoder, decoder = model.encoders["text"], model.decoder
    state = tuple(np.zeros(model.options.hidden) for _ in range(2 if h is lstm else 1))
    for x in [*encoder.pieces.ids([pair.sources["text"]])[0], encoder.end]:
        x_D = vector(encoder.embedding, x)
        state = h(*weights(encoder.network.layers[0]), x_D, state)
    V_VH, b_V = decoder.output.weight.detach().numpy(), decoder.output.bias.detach().numpy()
    total, previous = 0.0, decoder.end
    for y in [*decoder.symbols(pair.target), decoder.end]:
        x_D = vector(decoder.embedding, previous)
        state = h(*weights(decoder.network.layers[0]), x_D, state)
        logits_V = V_VH @ state[0] + b_V
        total += logits_V[y] - np.log(np.exp(logits_V).sum())
        previous = y
    return total


@pytest.mark.parametrize("recurrence", H_OF)
def test_without_attention_it_is_the_loop_of_the_equations(recurrence):
    model = shaken(tiny(recurrence=recurrence, **PLAIN))
    expected = [log_prob_by_equation(model, pair, H_OF[recurrence]) for pair in PAIRS]
    np.testing.assert_allclose(model.log_prob(PAIRS).numpy(), expected, rtol=1e-9)
    loss = model(model.collate(PAIRS))
    assert loss.counts.nll.item() == pytest.approx(-sum(expected), rel=1e-9)
    assert loss.counts.steps == sum(len(model.decoder.symbols(pair.target)) + 1 for pair in PAIRS)
    assert float(loss.mean.detach()) == pytest.approx(
        loss.counts.nll.item() / loss.counts.steps.item(), rel=1e-9
    )


def test_without_attention_only_the_last_state_passes_over():
    model = shaken(tiny(recurrence="gru", **PLAIN))
    memory = model.read([pair.sources for pair in PAIRS])
    blind = Memory(torch.full_like(memory.states_BSD, torch.nan), memory.mask_BS, memory.final)
    batch = model.decoder.collate([pair.target for pair in PAIRS])
    torch.testing.assert_close(model.decoder.log_prob(blind, batch), model.log_prob(PAIRS))


ODD = [
    {"recurrence": "rnn", "attention": "none", "bidirectional": False},
    {"recurrence": "lstm", "attention": "none", "encoder_layers": 2, "decoder_layers": 2},
    {"recurrence": "gru", "attention": "dot", "layer_norm": True, "encoder_layers": 2},
    {
        "recurrence": "lstm",
        "attention": "general",
        "input_feeding": True,
        "residual": True,
        "decoder_layers": 2,
    },
    {"recurrence": "sru", "attention": "additive", "tied": False, "joint": False, "decoder_layers": 3},
    {"recurrence": "lstm", "attention": "dot", "copy": True},
    {"recurrence": "lstm", "attention": "general", "lexical": True},
    {"recurrence": "gru", "attention": "dot", "lexical": True, "copy": True, "tied": False},
    {"recurrence": "gru", "attention": "additive", "copy": True, "tied": False, "input_feeding": True},
]


@pytest.mark.parametrize("options", ODD)
def test_a_pair_alone_equals_that_pair_in_a_batch(options):
    model = shaken(tiny(**options))
    together = model.log_prob(PAIRS)
    alone = torch.cat([model.log_prob([pair]) for pair in PAIRS])
    torch.testing.assert_close(together, alone, atol=1e-10, rtol=1e-10)
    assert len(set(together.tolist())) == len(PAIRS)


@pytest.mark.parametrize("options", ODD)
def test_probabilities_step_by_step_multiply_to_that_of_the_whole(options):
    """What training computes at once is what the search sees one symbol at a time."""
    model = shaken(tiny(**options))
    decoder = model.decoder
    for pair in PAIRS:
        state, previous, total = decoder.start(model.read([pair.sources])), None, 0.0
        for symbol in [*decoder.symbols(pair.target), decoder.end]:
            log_p_1V, state = decoder.step(previous, state)
            total, previous = total + float(log_p_1V[0, symbol].detach()), torch.tensor([symbol])
        assert total == pytest.approx(float(model.log_prob([pair])[0]), rel=1e-9)


@pytest.mark.parametrize("options", ODD)
def test_gradient_reaches_every_parameter(options):
    model = tiny(**options)
    model(model.collate(pairs(12, longest=4)), 0.1).mean.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, name


@pytest.mark.parametrize(
    ("source", "target"), list(product(["one", "one two " * 30], ["eins", "eins zwei " * 40]))
)
def test_lengths_are_free(source, target):
    model = tiny()
    (log_p,) = model.log_prob([Pair({"text": source}, target)])
    assert torch.isfinite(log_p) and log_p < 0
    lengths = model.lengths([Pair({"text": source}, target)])[0]
    memory = model.read([{"text": source}])
    assert memory.states_BSD.shape == (1, lengths[0], 16)
    assert len(model.decoder.collate([target]).inputs_BT[0]) == lengths[1]


def test_the_lexical_layer_is_the_default_where_it_is_possible():
    assert tiny().decoder.lexical is not None
    for options in ({"lexical": False}, {"joint": False}, {"attention": "none"}):
        assert tiny(**options).decoder.lexical is None


def test_tied_is_one_table_for_reading_and_writing():
    tied, free = tiny(), tiny(tied=False)
    assert tied.decoder.V is tied.decoder.embedding.weight is tied.encoders["text"].embedding.weight
    assert free.decoder.V is not free.decoder.embedding.weight
    apart = tiny(joint=False)
    assert apart.decoder.V is apart.decoder.embedding.weight is not apart.encoders["text"].embedding.weight


@pytest.mark.parametrize("options", ODD)
def test_saved_and_loaded_it_is_the_same(options, tmp_path):
    model = tiny(**options).eval()
    save_model(tmp_path, "seq2seq", model, card="")
    loaded = load_model(str(tmp_path))
    assert loaded.options == model.options
    assert torch.equal(loaded.log_prob(PAIRS), model.log_prob(PAIRS))


def test_memories_of_several_encoders_are_joined_along_time():
    one = Memory(
        torch.ones(2, 3, 4), torch.tensor([[True] * 3, [True, False, False]]), (torch.ones(2, 4),) * 2
    )
    two = Memory(torch.zeros(2, 2, 4), None, (torch.zeros(2, 4),))
    both = join({"one": one, "two": two})
    assert both.states_BSD.shape == (2, 5, 4)
    assert both.mask_BS.tolist() == [[True] * 5, [True, False, False, True, True]]
    assert [part.shape for part in both.final] == [(2, 8)]


def test_a_text_source_has_the_symbols_of_the_decoder():
    """With joint pieces a decoder can read the source off the memory, symbol by symbol."""
    model = tiny()
    sources = [{"text": text} for text in ("one two three", "six", "")]
    memory, decoder = model.read(sources), model.decoder
    assert memory.alphabet == decoder.alphabet and memory.symbols_BS.shape == memory.states_BSD.shape[:2]
    for source, symbols_S, steps in zip(
        sources, memory.symbols_BS.tolist(), model.source_lengths(sources), strict=True
    ):
        *pieces, end = symbols_S[:steps]
        assert decoder.read(pieces) == source["text"] and end == decoder.end
    apart = tiny(joint=False)
    assert apart.read(sources).alphabet != apart.decoder.alphabet


def test_a_joined_memory_has_symbols_only_where_all_steps_have_them():
    def memory(steps, symbol=None, alphabet=None):
        symbols_BS = None if symbol is None else torch.full((2, steps), symbol)
        return Memory(torch.zeros(2, steps, 4), None, (torch.zeros(2, 4),), symbols_BS, alphabet)

    text, more, other, sound = memory(3, 7, b"a"), memory(2, 8, b"a"), memory(2, 7, b"b"), memory(5)
    both = join({"one": text, "two": more})
    assert both.symbols_BS.tolist() == [[7, 7, 7, 8, 8]] * 2 and both.alphabet == b"a"
    for several in ((text, other), (text, sound), (sound, text), (sound, sound)):
        joined = join(dict(zip(("one", "two"), several, strict=True)))
        assert joined.symbols_BS is None and joined.alphabet is None
    assert Memory(torch.zeros(1, 1, 4), None, ()).symbols_BS is None, "an encoder need not say"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hidden": 15}, "hidden=15 is odd"),
        ({"input_feeding": True, "attention": "none"}, "needs attention"),
        ({"copy": True, "attention": "none"}, "copy=true needs attention"),
        ({"lexical": True, "attention": "none"}, "lexical=true needs attention"),
        ({"copy": True, "joint": False}, "the encoder text and the decoder have different pieces"),
        ({"encoder": "txet"}, "Did you mean 'text'?"),
        ({"recurrence": "lsmt"}, "lstm"),
        ({"dropout": 1.0}, "dropout"),
    ],
)
def test_options_that_make_no_model(options, said):
    with pytest.raises(SeqkitError) as caught:
        tiny(**options)
    assert said in f"{caught.value.problem} {caught.value.fix}"


def test_a_share_of_the_inputs_is_hidden_in_training():
    lines = [pair.target for pair in pairs(200)]
    whole = tiny().decoder.collate(lines, seed=1)
    told = tiny(piece_dropout=0.3).decoder
    some, again, other = (told.collate(lines, seed) for seed in (1, 1, 2))
    later_BT = whole.mask_BT.clone()
    later_BT[:, 0] = False
    hidden_BT = some.inputs_BT != whole.inputs_BT
    assert hidden_BT[later_BT].float().mean().item() == pytest.approx(0.3, abs=0.06)
    assert not hidden_BT[:, 0].any()
    assert (some.inputs_BT[hidden_BT] == 0).all()
    assert torch.equal(some.targets_BT, whole.targets_BT)
    assert torch.equal(some.inputs_BT, again.inputs_BT)
    assert not torch.equal(some.inputs_BT, other.inputs_BT)
    assert torch.equal(told.collate(lines).inputs_BT, whole.inputs_BT)


def test_a_decoder_without_inputs_treats_symbols_as_independent():
    """-log P(y_τ) then depends on y_τ and τ alone: the loss is a sum of what single symbols cost."""
    model = tiny(piece_dropout=1.0).double().eval()
    source = {"text": "one two"}

    def loss(target):
        batch = model.decoder.collate([target], seed=1)
        return model.decoder.loss(model.read([source]), batch).counts.nll.item()

    assert loss("zwei eins") + loss("drei vier") == pytest.approx(loss("zwei vier") + loss("drei eins"))
    model.decoder.options = tiny().options
    assert loss("zwei eins") + loss("drei vier") != pytest.approx(loss("zwei vier") + loss("drei eins"))
