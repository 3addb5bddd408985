"""Lemmas and jointly decoded labels, from training to `tag`."""

from __future__ import annotations

import numpy as np
import pytest

from seqkit.config import parse_settings
from seqkit.data.catalogue import read_file, read_sentences
from seqkit.examples import RecordErrors
from seqkit.inference.tagger import TaggerRunner
from seqkit.models.artifact import load_model
from seqkit.tasks.tagging.loading import numpy_tagger
from seqkit.tasks.tagging.rough import rough_sentences
from seqkit.training.arguments import arguments_of
from seqkit.training.make_request import make_request
from seqkit.training.run import train

SETTINGS = [
    "epochs=30",
    "patience=0",
    "hidden=24",
    "average=0",
    "learning_rate=0.01",
    "threads=1",
    "dropout=0",
]


class Quiet:
    """A reporter without output."""

    def start(self, epochs, minutes): ...

    def step(self, progress, batches): ...

    def epoch(self, row, scores): ...

    def note(self, message): ...


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A tagger that was trained on the sample corpus, whose lemmas it learns unasked."""
    out = tmp_path_factory.mktemp("models") / "lemmas"
    given = {"model": "lstm", "corpus": "sample-english"}
    train(make_request(arguments_of(given, [], parse_settings(SETTINGS))), out, "seqkit train lstm", Quiet())
    return out


@pytest.fixture(scope="module")
def gold():
    return list(read_sentences("sample-english", "train", RecordErrors(), ["lemma"]))


def test_lemmas_are_learnt_unasked(folder, gold):
    predicted = TaggerRunner(load_model(str(folder))).predict(gold)
    pairs = [
        (right, guess)
        for sentence, labels in zip(gold, predicted, strict=True)
        for right, guess in zip(sentence.labels["lemma"], labels["lemma"], strict=True)
    ]
    assert np.mean([right == guess for right, guess in pairs]) > 0.85  # 0.74 of the words are their lemma


def test_numpy_gives_the_same_labels(folder, gold):
    large, small = TaggerRunner(load_model(str(folder))), numpy_tagger(str(folder))
    kinds = tuple(large.facts.labels)
    assert small is not None and small.predict(gold, kinds) == large.predict(gold, kinds)


def test_combinations_of_labels_are_those_of_training(folder, gold):
    seen = {
        row for s in gold for row in zip(*(s.labels[kind] for kind in ("upos", "xpos", "feats")), strict=True)
    }
    dev = list(read_sentences("sample-english", "dev", RecordErrors()))
    for labels in TaggerRunner(load_model(str(folder))).predict(dev):
        assert set(zip(*(labels[kind] for kind in ("upos", "xpos", "feats")), strict=True)) <= seen


def test_the_first_of_the_best_is_the_label(folder, gold):
    runner = TaggerRunner(load_model(str(folder)))
    for labels, ranked in zip(runner.predict(gold[:9]), runner.predict_top(gold[:9], 3), strict=True):
        for kind, values in labels.items():
            assert [word[0][0] for word in ranked[kind]] == values
            assert all(len({label for label, _ in word}) == len(word) for word in ranked[kind])


def test_tag_fills_the_lemma_of_text_and_leaves_that_of_a_treebank(seqkit, folder, tmp_path):
    out = seqkit("tag", "-m", folder, "The dogs sleep.", "-f", "conllu").out
    assert all(line.split("\t")[2] != "_" for line in out.splitlines() if line[:1].isdigit())
    source, kept, asked = tmp_path / "a.conllu", tmp_path / "b.conllu", tmp_path / "c.conllu"
    source.write_text("1\tdogs\tMY LEMMA\t_\t_\t_\t_\t_\t_\t_\n\n")
    seqkit("tag", "-m", folder, source, "-o", kept)
    assert "\tMY LEMMA\t" in kept.read_text()
    seqkit("tag", "-m", folder, source, "-o", asked, "--label", "lemma")
    [sentence] = read_file(str(asked), RecordErrors())
    lemma, *others = sentence.lines[0].split("\t")[2:6]
    assert lemma.startswith("dog") and others == ["_"] * 3


def test_rough_sentences_keep_their_labels(gold):
    made = rough_sentences(gold, 0.9, seed=1)
    assert made == rough_sentences(gold, 0.9, seed=1) and len(made) > len(gold) // 2
    known = {pair for s in gold for pair in zip(s.words, s.labels["upos"], strict=True)}
    for sentence in made:
        assert sentence.words and set(zip(sentence.words, sentence.labels["upos"], strict=True)) <= known
    longest = max(len(s.words) for s in gold)
    assert max(len(s.words) for s in made) > longest and rough_sentences(gold, 0, 1) == []
