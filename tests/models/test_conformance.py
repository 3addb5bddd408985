"""The contract of every registered tagger, those of installed third-party plugins included."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from toy import TREEBANK, predict, softmax_loss, tagging_models, tiny

from seqkit.config import fill
from seqkit.examples import Sentence
from seqkit.extend.manager import registry
from seqkit.models.artifact import load_model, save_model

MODELS = tagging_models()


def test_the_built_in_models_are_registered():
    assert {"rnn", "birnn", "deeprnn", "lstm", "gru"} <= set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_shapes_at_batch_one_and_many(name):
    model = tiny(name).eval()
    for batch in ([TREEBANK[0]], TREEBANK):
        longest = max(len(sentence.words) for sentence in batch)
        for kind, logits_BTL in model(model.collate(batch)).items():
            assert logits_BTL.shape == (len(batch), longest, len(model.facts.labels[kind]))


@pytest.mark.parametrize("name", MODELS)
def test_padding_changes_nothing(name):
    model = tiny(name).double().eval()
    together = model(model.collate(TREEBANK))
    for row, sentence in enumerate(TREEBANK):
        for kind, alone in model(model.collate([sentence])).items():
            torch.testing.assert_close(together[kind][row, : len(sentence.words)], alone[0])


@pytest.mark.parametrize("name", MODELS)
def test_gradient_reaches_every_parameter(name):
    model = tiny(name)
    batch = model.collate(TREEBANK)
    softmax_loss(model(batch), batch.targets).mean.backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.abs().sum() > 0, parameter_name


@pytest.mark.parametrize("name", MODELS)
def test_predictions_do_not_depend_on_company_or_order(name):
    model = tiny(name)
    tags = predict(model, TREEBANK)
    assert predict(model, TREEBANK[::-1]) == tags[::-1]
    assert [predict(model, [sentence])[0] for sentence in TREEBANK] == tags


@pytest.mark.parametrize("name", MODELS)
def test_predictions_are_the_most_probable_labels(name):
    model = tiny(name, joint_labels=False).eval()
    logits = model(model.collate(TREEBANK))
    for row, tags in enumerate(predict(model, TREEBANK)):
        for kind, labels in tags.items():
            ids = logits[kind][row, : len(labels)].argmax(-1).tolist()
            assert labels == [model.facts.labels[kind][index] for index in ids]


@pytest.mark.parametrize("name", MODELS)
def test_always_one_tag_a_word(name):
    model = tiny(name)
    odd = ["​", "‍", "漢字", "ไทย", "🤦🏽‍♀️", "x" * 5000, "́", "A B"]
    for words in (odd, [], ["​"], odd * 300):
        assert all(len(labels) == len(words) for labels in predict(model, [Sentence(words)])[0].values())


@pytest.mark.parametrize("name", MODELS)
def test_saved_and_loaded_it_is_the_same(name, tmp_path):
    model = tiny(name).eval()
    save_model(tmp_path, name, model, card="")
    loaded = load_model(str(tmp_path))
    assert loaded.options == model.options
    before, after = (m(m.collate(TREEBANK)) for m in (model, loaded))
    for kind in before:
        assert torch.equal(before[kind], after[kind])


@pytest.mark.parametrize("name", MODELS)
def test_options_survive_a_round_trip(name):
    kind = registry().find("models", name).options
    options = kind()
    assert fill({"model": kind}, dataclasses.asdict(options))["model"] == options


@pytest.mark.parametrize("name", MODELS)
def test_it_can_learn_a_small_treebank_by_heart(name):
    model = tiny(name, hidden=16)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(60):
        batch = model.collate(TREEBANK)
        optimizer.zero_grad()
        softmax_loss(model(batch), batch.targets).mean.backward()
        optimizer.step()
    for sentence, tags in zip(TREEBANK, predict(model, TREEBANK), strict=True):
        assert tags == sentence.labels
