"""Joint decoding of labels compared with a search through all combinations."""

from __future__ import annotations

import numpy as np
from toy import TREEBANK

from seqkit.examples import Sentence
from seqkit.models.combinations import Combinations

LABELS = {"upos": ["NOUN", "VERB", "ADJ"], "feats": ["_", "Number=Sing", "VerbForm=Fin", "VerbForm=Part"]}
SEEN = [("NOUN", "Number=Sing"), ("VERB", "VerbForm=Fin"), ("VERB", "VerbForm=Part"), ("ADJ", "_")]


def known() -> Combinations:
    upos, feats = zip(*SEEN, strict=True)
    sentence = Sentence(list("abcd"), {"upos": list(upos), "feats": list(feats)})
    return Combinations.gather([sentence], LABELS, ("upos", "feats"))


def test_equals_a_search_through_all():
    random, together = np.random.default_rng(1), known()
    logits = {
        kind: random.normal(size=(500, len(labels))).astype(np.float32) for kind, labels in LABELS.items()
    }
    best = {kind: scores.argmax(1) for kind, scores in logits.items()}
    before = {kind: ids.copy() for kind, ids in best.items()}
    together.resolve(best, logits)
    for word in range(500):
        scores = {
            (u, f): logits["upos"][word, LABELS["upos"].index(u)]
            + logits["feats"][word, LABELS["feats"].index(f)]
            for u, f in SEEN
        }
        upos, feats = max(scores, key=scores.__getitem__)
        assert LABELS["upos"][best["upos"][word]] == upos
        assert LABELS["feats"][best["feats"][word]] == feats
    assert any((before[kind] != best[kind]).any() for kind in best)


def test_they_survive_a_file():
    again = Combinations.from_json(known().as_json())
    assert again.as_json() == known().as_json() and len(again) == len(SEEN)


def test_they_are_used_only_if_all_kinds_are_requested():
    assert known().serve(("upos", "feats", "lemma")) and not known().serve(("upos",))
    assert not Combinations.gather(TREEBANK, {"upos": [], "feats": []}, ("upos", "feats")).serve(
        ("upos", "feats")
    )
