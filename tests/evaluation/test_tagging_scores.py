"""Accuracies on gold words compared with manual counts, the Universal Dependencies script and spaCy's scorer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import spacy
from spacy.scorer import Scorer
from spacy.tokens import Doc
from spacy.training import Example
from ud_oracle import KINDS, perturbed_labels, ud_scores

from seqkit.data.catalogue import read_sentences
from seqkit.evaluation.tagging import Accuracy, LabelScore, score_tagging
from seqkit.examples import RecordErrors, Sentence
from seqkit.labels.features import universal

GOLD = [
    Sentence(
        ["I", "saw", "her", "duck"], {"upos": ["PRON", "VERB", "PRON", "VERB"], "xpos": ["a", "b", "c", "d"]}
    ),
    Sentence(["her", "saw", "x"], {"upos": ["PRON", "NOUN", "_"], "xpos": ["c", "e", "_"]}),
]
GUESS = [
    {"upos": ["PRON", "VERB", "DET", "VERB"], "xpos": ["a", "b", "c", "d"]},
    {"upos": ["PRON", "NOUN", "NOUN"], "xpos": ["c", "b", "_"]},
]


@pytest.fixture(params=["sample-english", "ud-english-ewt", "ud-french-sequoia"])
def treebank(request) -> list[Sentence]:
    if request.param != "sample-english":
        request.getfixturevalue("real_corpora")
    return list(read_sentences(request.param, "dev", RecordErrors()))


def test_by_hand():
    scores = score_tagging(GOLD, GUESS, ["upos", "xpos"], {"I", "saw", "her"}, {"upos": ["saw", "her"]})
    upos, xpos, both = (scores.kinds[kind] for kind in ("upos", "xpos", "all"))
    assert (scores.sentences, scores.words, scores.silver) == (2, 7, None)
    assert (upos.overall, upos.known, upos.unknown) == ((5, 6), (4, 5), (1, 1))
    assert (upos.ambiguous, upos.sentences) == ((3, 4), (1, 2))
    assert (xpos.overall, xpos.unknown, xpos.ambiguous, xpos.sentences) == ((6, 7), (2, 2), (0, 0), (1, 2))
    assert (both.overall, both.sentences) == ((4, 6), (0, 2))
    assert upos.confusion == Counter(
        {("PRON", "PRON"): 2, ("PRON", "DET"): 1, ("VERB", "VERB"): 2, ("NOUN", "NOUN"): 1}
    )
    labels = upos.labels()
    assert list(labels) == ["PRON", "VERB", "NOUN", "DET"]
    assert labels["PRON"] == LabelScore(support=3, predicted=2, right=2)
    assert (labels["PRON"].precision, labels["PRON"].recall, labels["PRON"].f1) == (1, 2 / 3, 0.8)
    assert upos.macro_f1 == pytest.approx((0.8 + 1 + 1 + 0) / 4)


def test_a_quotient_by_zero_is_zero():
    never_predicted, never_gold = LabelScore(3, 0, 0), LabelScore(0, 3, 0)
    assert (never_predicted.precision, never_predicted.recall, never_predicted.f1) == (0, 0, 0)
    assert (never_gold.precision, never_gold.recall, never_gold.f1) == (0, 0, 0)
    assert Accuracy(0, 0).value is None and Accuracy(0, 0).interval is None


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_interval_as_newcombe_published_it(right, total, low, high):
    """Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    assert Accuracy(right, total).interval == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize("total", [3, 1000])
def test_the_interval_of_none_begins_at_zero_and_that_of_all_ends_at_one(total):
    assert (Accuracy(0, total).interval or ())[0] == 0.0
    assert (Accuracy(total, total).interval or ())[1] == 1.0


def test_groups_add_up(treebank):
    train = {word for sentence in treebank[::2] for word in sentence.words}
    for score in score_tagging(treebank, perturbed_labels(treebank, 1), KINDS, train).kinds.values():
        assert score.known.right + score.unknown.right == score.overall.right
        assert (
            score.known.total + score.unknown.total
            == score.overall.total
            == sum(len(s.words) for s in treebank)
        )
        assert score.overall.right > 0


def test_equals_the_script_of_universal_dependencies(treebank):
    guesses = perturbed_labels(treebank, seed=2)
    ours = score_tagging(treebank, guesses, KINDS).kinds
    system = [replace(s, labels=labels) for s, labels in zip(treebank, guesses, strict=True)]
    theirs = ud_scores(treebank, system)
    for kind, metric in {"upos": "UPOS", "xpos": "XPOS", "ufeats": "UFeats"}.items():
        assert ours[kind].overall == (theirs[metric].right, theirs[metric].gold)


def test_equals_spacy_s_scorer(treebank):
    guesses = perturbed_labels(treebank, seed=3)
    ours = score_tagging(treebank, guesses, ["upos", "xpos"])
    vocab = spacy.blank("xx").vocab
    examples = [
        Example(
            Doc(vocab, s.words, tags=labels["xpos"], pos=labels["upos"]),
            Doc(vocab, s.words, tags=s.labels["xpos"], pos=s.labels["upos"]),
        )
        for s, labels in zip(treebank, guesses, strict=True)
    ]
    for kind, attribute in {"upos": "pos", "xpos": "tag"}.items():
        theirs = Scorer.score_token_attr(examples, attribute)[f"{attribute}_acc"]
        assert ours.kinds[kind].overall.value == pytest.approx(theirs, abs=1e-12)


def test_universal_features():
    assert universal("Typo=Yes|Number=Sing|Case[ctxt]=Nom|Abbr=Yes") == "Abbr=Yes|Number=Sing"
    assert universal("_") == ""


def test_a_label_too_few_is_refused():
    with pytest.raises(ValueError):
        score_tagging(GOLD[:1], [{"upos": ["PRON"] * 3}], ["upos"])


def test_silver_is_carried_along():
    silver = [replace(GOLD[0], silver="en_tiny 1.2")]
    assert score_tagging(silver, GUESS[:1], ["upos"]).silver == "en_tiny 1.2"


@pytest.mark.parametrize("kinds", [["upos", "xpos"], ["xpos", "upos"]])
def test_a_word_that_lacks_a_label_is_not_scored_on_all_of_them(kinds):
    assert score_tagging(GOLD, GUESS, kinds, set(), {}).kinds["all"].overall == (4, 6)
