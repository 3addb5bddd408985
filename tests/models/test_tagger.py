"""The tagger against a loop written from z_t = h(W x_t + U z_{t-1}), ŷ_t = V z_t, P = Π softmax(ŷ_t)[y_t]."""

from __future__ import annotations

import math

import pytest
import torch
from toy import TREEBANK, predict, softmax_loss, tiny

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.models.tagger import IGNORE


def chain(model, x_TD, number, backward):
    """The states of one chain of one layer, from its W, U and b alone."""
    layer = model.network.layers[number]
    cell = layer.backward_chain if backward else layer.forward_chain
    z, states = torch.zeros(cell.hidden_size, dtype=x_TD.dtype), []
    for x in x_TD.flip(0) if backward else x_TD:
        z = torch.tanh(cell.W @ x + cell.U @ z + cell.b)
        states.append(z)
    return torch.stack(states[::-1] if backward else states)


def explicit_nll(model, sentence):
    batch = model.collate([sentence])
    x_TD = model.embedding(batch.table)[batch.index_BT[0]]
    for number in range(model.options.layers):
        directions = (False, True) if model.options.bidirectional else (False,)
        x_TD = torch.cat([chain(model, x_TD, number, backward) for backward in directions], dim=-1)
    nll = torch.zeros((), dtype=x_TD.dtype)
    for z, label in zip(x_TD, sentence.labels["upos"], strict=True):
        y_hat = model.V @ z + model.heads["upos"].linear.bias
        p = torch.exp(y_hat) / torch.exp(y_hat).sum()
        nll = nll - torch.log(p[model.facts.labels["upos"].index(label)])
    return nll


@pytest.mark.parametrize("name", ["rnn", "birnn", "deeprnn"])
def test_loss_and_gradients_equal_the_equations(name):
    model = tiny(name, labels=("upos",)).double().eval()
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.4)
    batch = model.collate(TREEBANK)
    loss = softmax_loss(model(batch), batch.targets)
    slow = sum(explicit_nll(model, sentence) for sentence in TREEBANK)
    assert loss.counts.nll.item() == pytest.approx(slow.item(), abs=1e-6)
    assert loss.mean.item() == pytest.approx(slow.item() / loss.counts.steps.item(), abs=1e-6)
    parameters = list(model.parameters())
    fast = torch.autograd.grad(loss.total, parameters)
    for ours, theirs in zip(fast, torch.autograd.grad(slow, parameters), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=0)


def test_matrices_are_available_by_name():
    model = tiny("lstm")
    names = {"W", "U", "W.backward", "U.backward", "W.2", "U.2", "W.2.backward", "U.2.backward"}
    assert set(model.matrices()) == names | {"V", "V.xpos", "V.feats"}
    D, H, L = model.embedding.output_size, model.options.hidden, len(model.facts.labels["upos"])
    assert (model.W.shape, model.U.shape, model.V.shape) == ((4 * H, D), (4 * H, H), (L, 2 * H))


def test_a_matrix_that_a_layer_lacks_is_no_attribute():
    assert hasattr(tiny("sru"), "W") and not hasattr(tiny("sru"), "U")


def test_nll_of_a_known_distribution():
    """With logits of 0 every label has probability 1/L, whatever the smoothing."""
    logits = {"upos": torch.zeros(2, 3, 5)}
    targets = {"upos": torch.tensor([[0, 4, IGNORE], [2, IGNORE, IGNORE]])}
    for smoothing in (0.0, 0.3):
        loss = softmax_loss(logits, targets, smoothing)
        assert loss.counts.steps == loss.weight == 3
        assert loss.counts.nll.item() == pytest.approx(3 * math.log(5))
        assert loss.mean.item() == pytest.approx(math.log(5))


def test_label_smoothing_equals_torchs():
    torch.manual_seed(2)
    logits_BTL, y_BT = torch.randn(3, 4, 6), torch.randint(0, 6, (3, 4))
    theirs = torch.nn.functional.cross_entropy(logits_BTL.flatten(0, 1), y_BT.flatten(), label_smoothing=0.2)
    torch.testing.assert_close(softmax_loss({"upos": logits_BTL}, {"upos": y_BT}, 0.2).mean, theirs)


def test_unlabelled_words_and_unseen_labels_are_left_out_of_the_loss():
    model = tiny("rnn", labels=("upos",))
    batch = model.collate([Sentence(["the", "dog", "x"], {"upos": ["DET", "_", "NEVER"]})])
    assert batch.targets["upos"].tolist() == [[model.facts.labels["upos"].index("DET"), IGNORE, IGNORE]]


def test_facts_distinguish_known_and_ambiguous_words():
    model = tiny("rnn")
    assert model.facts.known_words == {word for sentence in TREEBANK for word in sentence.words}
    assert model.facts.ambiguous["upos"] == []
    assert model.facts.words[0] == "."


def test_a_word_with_nothing_to_see_is_refused():
    with pytest.raises(SeqkitError, match="are all 0"):
        tiny("rnn", word_size=0, piece_size=0, char_size=0, affix_size=0)


@pytest.mark.parametrize("part", ["word_size", "piece_size", "char_size", "affix_size", "mixed"])
def test_each_part_of_x_can_be_left_out(part):
    model = tiny("birnn", **{part: 0})
    assert len(predict(model)) == len(TREEBANK)


def test_a_layer_may_name_its_matrices_itself():
    from seqkit.nn.recurrent import Recurrence

    class Inner(Recurrence):
        def __init__(self, input_size, hidden_size):
            super().__init__(input_size, hidden_size)
            self.linear = torch.nn.Linear(input_size, hidden_size)

    class Named(Inner):
        def matrices(self):
            return {"W": self.linear.weight}

    assert Inner(2, 3).matrices() == {}, "a layer's parameters of other modules have no name that is known"
    assert Named(2, 3).matrices()["W"].shape == (3, 2)
