"""Tagger prediction: the fast path compared with the plain one, caches, threads, networks of plugins."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from toy import TREEBANK, predict, tiny

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.inference import word_cache
from seqkit.inference.tagger import TaggerRunner
from seqkit.models.tagger import Tagger
from seqkit.tasks.tagging.loading import load_tagger


def randomised(model):
    for parameter in model.parameters():
        torch.nn.init.normal_(parameter, std=0.5)
    return model


class OtherNetwork(torch.nn.Module):
    """A network that keeps the protocol and shares no class with the built-in tagger; it wraps one to have weights."""

    task = "tagging"

    def __init__(self, tagger: Tagger) -> None:
        super().__init__()
        self.inner = tagger
        self.options, self.facts, self.heads = tagger.options, tagger.facts, tagger.heads

    def collate(self, sentences, *, sampling=0.0, seed=0):
        return self.inner.collate(sentences, sampling=sampling, seed=seed)

    def forward(self, batch):
        return self.inner(batch)


@pytest.mark.parametrize("crf", ["none", "upos"])
def test_a_network_of_a_plugin_is_run_as_it_is(crf):
    """The plain way gives what the fast way gives: long sentences, empty ones, every kind of label."""
    tagger = randomised(tiny("lstm", crf=crf))
    sentences = [*TREEBANK, Sentence([]), Sentence(["dog", "the", "sleeps"] * 500)]
    fast, plain = TaggerRunner(tagger), TaggerRunner(OtherNetwork(tagger))
    assert plain.predict(sentences) == fast.predict(sentences)
    assert plain.predict(sentences, ["xpos"]) == fast.predict(sentences, ["xpos"])
    for ours, theirs in zip(plain.predict_top(sentences, 2), fast.predict_top(sentences, 2), strict=True):
        for kind, words in ours.items():
            for ranked, expected in zip(words, theirs[kind], strict=True):
                assert [label for label, _ in ranked] == [label for label, _ in expected]
                assert [p for _, p in ranked] == pytest.approx([p for _, p in expected], abs=1e-3)
    assert tagger.training, "the mode stays what it was"


def test_a_network_without_a_form_in_int8_is_refused_at_once():
    for model in (OtherNetwork(tiny("lstm")), tiny("rnn")):
        with pytest.raises(SeqkitError, match="no int8 form"):
            TaggerRunner(model, "int8")


def test_a_runner_has_the_attributes_of_its_model():
    runner = load_tagger("en-tagger")
    model = runner.model
    assert isinstance(model, Tagger)
    assert (runner.facts, runner.options, runner.heads) == (model.facts, model.options, model.heads)
    assert runner.matrices().keys() == model.matrices().keys()
    assert runner.W is model.W and runner.U is model.U and runner.V is model.V
    assert runner.inference_dtype == model.options.inference_dtype
    assert not hasattr(TaggerRunner(tiny("sru")), "U")


@pytest.mark.parametrize("compute", ["float32", "int8"])
def test_weights_that_were_changed_by_hand_count(compute):
    """Words met before are not answered from the cache."""
    model = randomised(tiny("lstm", inference_dtype=compute).eval())
    runner = TaggerRunner(model)
    before = runner.predict(TREEBANK)
    with torch.no_grad():
        for parameter in model.embedding.parameters():
            parameter.normal_(std=0.5)
    changed = runner.predict(TREEBANK)
    assert changed == predict(model) != before


def test_weights_that_were_loaded_count():
    model = randomised(tiny("lstm").eval())
    runner = TaggerRunner(model)
    before = runner.predict(TREEBANK)
    torch.manual_seed(8)
    model.load_state_dict({name: torch.randn_like(value) for name, value in model.state_dict().items()})
    assert runner.predict(TREEBANK) == predict(model) != before


def test_threads_that_share_a_model_do_not_disturb_each_other(monkeypatch):
    monkeypatch.setattr(word_cache, "KNOWN_BYTES", 1)  # so that every sentence makes the one before forgotten
    model = TaggerRunner(randomised(tiny("lstm").eval()))
    expected = [model.predict([sentence]) for sentence in TREEBANK]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda sentence: model.predict([sentence]), TREEBANK * 20))
    assert found == expected * 20


@pytest.mark.parametrize("sentences", ["Time flies.", [["Time", "flies"]], [b"Time"]])
def test_other_objects_than_sentences_are_refused(sentences):
    runner = TaggerRunner(tiny("lstm"))
    for call in (lambda: runner.predict(sentences), lambda: runner.predict_top(sentences, 2)):
        with pytest.raises(
            TypeError, match=r"expected sentences \(seqkit.examples.Sentence\), got (str|list|bytes)"
        ):
            call()
