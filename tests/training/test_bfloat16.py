"""Processors without bfloat16 train and tag in float32, with a message if bfloat16 was requested."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from toy import softmax_loss

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.inference.tagger import TaggerRunner
from seqkit.models.artifact import load_for
from seqkit.nn import bfloat16
from seqkit.nn.heads import CRFHead
from seqkit.tasks.tagging.loading import load_tagger
from seqkit.tasks.tagging.losses import tagging_loss
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

SETTINGS = {"epochs": 1, "hidden": 6, "char_hidden": 4, "vocab_size": 60, "threads": 1}
SENTENCE = Sentence(["The", "old", "man", "and", "the", "sea", "were", "there", "before", "."])


def trained(out, **settings):
    """The tagger, and what was said meanwhile."""
    said: list[str] = []
    reporter = SimpleNamespace(
        start=lambda *_: None, epoch=lambda *_: None, step=lambda *_: None, note=said.append
    )
    given = {"model": "lstm", "corpus": "sample-english"}
    train(make_request(arguments_of(given, [], SETTINGS | settings)), out, "seqkit train", reporter)
    return load_for("tagging", str(out)), said


def weights_differ(one, other):
    return any(not torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_training_continues_in_float32_with_a_message(tmp_path, monkeypatch):
    exact, said = trained(tmp_path / "exact")
    assert not [note for note in said if not note.startswith("data ")]
    monkeypatch.setattr(bfloat16, "HERE", False)
    fallen_back, said = trained(tmp_path / "fallen-back", train_dtype="bfloat16")
    assert [note for note in said if "no bfloat16" in note]
    assert not weights_differ(exact, fallen_back)


@pytest.mark.skipif(not bfloat16.HERE, reason="this processor has no bfloat16")
def test_where_the_processor_has_it_training_uses_it(tmp_path):
    exact, _ = trained(tmp_path / "exact")
    rounded, said = trained(tmp_path / "rounded", train_dtype="bfloat16")
    assert not [note for note in said if not note.startswith("data ")]
    assert weights_differ(exact, rounded)


def test_a_model_made_for_it_tags_in_float32(monkeypatch):
    tagger = load_tagger("en-tagger", inference_dtype="float32")
    exact = tagger.predict_top([SENTENCE], 2)
    monkeypatch.setattr(bfloat16, "HERE", False)
    assert TaggerRunner(tagger.model, "bfloat16").predict_top([SENTENCE], 2) == exact


def test_asking_for_it_is_refused(monkeypatch):
    monkeypatch.setattr(bfloat16, "HERE", False)
    with pytest.raises(SeqkitError) as caught:
        load_tagger("en-tagger", "bfloat16")
    assert caught.value.exit_code == 2
    assert "this processor" in caught.value.problem
    assert "--inference-dtype" in caught.value.fix


def test_losses_are_added_up_in_float32():
    """1,000 numbers in bfloat16 would be right to a two-hundredth."""
    torch.manual_seed(5)
    logits_BTL, y_BT = torch.randn(1, 1000, 17).bfloat16(), torch.randint(0, 17, (1, 1000))
    loss = softmax_loss({"upos": logits_BTL}, {"upos": y_BT})
    exact = torch.nn.functional.cross_entropy(logits_BTL[0].double(), y_BT[0], reduction="sum")
    assert loss.mean.dtype == torch.float32
    assert loss.counts.nll.item() == pytest.approx(float(exact), rel=1e-5)


def test_so_are_those_of_a_crf_over_single_words():
    """Where no label follows another, its matrix does not widen what autocast gives."""
    torch.manual_seed(5)
    head = CRFHead(4, 17)
    logits_BTL, y_BT = torch.randn(200, 1, 17).bfloat16(), torch.randint(0, 17, (200, 1))
    logits, targets = {"upos": logits_BTL}, {"upos": y_BT}
    loss = tagging_loss({"upos": head}, logits, targets, torch.ones(200, dtype=torch.long))
    exact = head.nll(logits_BTL.double(), y_BT, torch.ones(200, 1, dtype=torch.bool)).sum()
    assert loss.counts.nll.item() == pytest.approx(float(exact), rel=1e-5)
