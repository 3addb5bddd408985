"""Word-aligned scores equal those of the Universal Dependencies script for any joining and splitting."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ud_oracle import KINDS, perturbed_labels, perturbed_words, ud_scores

from seqkit.data.catalogue import read_sentences
from seqkit.errors import SeqkitError
from seqkit.evaluation.raw import RawScore, score_raw
from seqkit.evaluation.run import raw_text
from seqkit.examples import Multiword, RecordErrors, Sentence
from seqkit.text.words import sentences_from

CORPORA = {"sample-english": "en", "ud-english-ewt": "en", "ud-french-sequoia": "fr"}


@pytest.fixture(params=CORPORA)
def corpus(request) -> tuple[str, list[Sentence]]:
    if request.param != "sample-english":
        request.getfixturevalue("real_corpora")
    return request.param, list(read_sentences(request.param, "dev", RecordErrors()))


def check(gold: list[Sentence], system: list[Sentence]) -> dict[str, RawScore]:
    ours, theirs = score_raw(gold, system).metrics, ud_scores(gold, system)
    assert ours.keys() == theirs.keys()
    for metric, score in ours.items():
        assert score[:3] == theirs[metric][:3], metric
        if metric not in ("Tokens", "Sentences", "Words"):
            assert score.aligned == theirs[metric].aligned
    return ours


def test_equals_the_script_on_other_words(corpus):
    _, gold = corpus
    system = perturbed_words(gold, seed=1)
    for sentence, labels in zip(system, perturbed_labels(system, seed=1), strict=True):
        sentence.labels = labels
    scores = check(gold, system)
    assert 0.2 < scores["UFeats"].f1 < scores["Words"].f1 < 1


def test_equals_the_script_sentence_by_sentence(corpus):
    """Where sentences stand alone, a single word aligned otherwise shows."""
    _, gold = corpus
    for number, sentence in enumerate(gold[:200]):
        check([sentence], perturbed_words([sentence], number))


def test_equals_the_script_from_raw_text(corpus):
    name, gold = corpus
    system = list(sentences_from(raw_text(gold), CORPORA[name]))
    assert "".join(s.text for s in system).split() == "".join(t.text for t in raw_text(gold)).split()
    for sentence in system:
        sentence.labels = {kind: ["_"] * len(sentence.words) for kind in KINDS}
    check(gold, system)


def test_equals_the_script_on_gold_words(corpus):
    _, gold = corpus
    labels = perturbed_labels(gold, 5)
    system = [replace(sentence, labels=guess) for sentence, guess in zip(gold, labels, strict=True)]
    scores = check(gold, system)
    assert scores["Words"].f1 == scores["Sentences"].f1 == 1
    assert score_raw(gold, gold).metrics["AllTags"].f1 == 1


def test_words_of_a_multiword_token_are_aligned_by_form():
    def labelled(words, upos, multiwords=()):
        return [Sentence(words, {"upos": upos}, multiwords=list(multiwords))]

    gold = labelled(["de", "le", "lac"], ["ADP", "DET", "NOUN"], [Multiword(0, 1, "du")])
    system = labelled(["du", "lac"], ["ADP", "NOUN"])
    assert score_raw(gold, system).metrics == {
        "Tokens": (2, 2, 2, None),
        "Sentences": (1, 1, 1, None),
        "Words": (1, 3, 2, 1),
        "UPOS": (1, 3, 2, 1),
    }
    system = labelled(["Le", "de", "lac"], ["X", "ADP", "NOUN"], [Multiword(0, 1, "du")])
    assert score_raw(gold, system).metrics["Words"] == (2, 3, 3, 2)


def test_another_text_is_refused():
    with pytest.raises(SeqkitError, match="not the same text: 'b' and 'c' after 1 characters"):
        score_raw([Sentence(["a", "b"])], [Sentence(["a c"])])


def test_raw_text_keeps_paragraphs_and_documents():
    gold = [
        Sentence(["A"], spaces=[" "], document="one", lines=["# newdoc id = one", "# newpar"]),
        Sentence(["b", "."], spaces=["", ""], lines=["# sent_id = 2"]),
        Sentence(["C"], spaces=[" "], lines=["# newpar"]),
        Sentence(["D"], spaces=[" "], document="two", lines=["# newdoc id = two"]),
    ]
    found = [(part.text, part.offset, part.document) for part in raw_text(gold)]
    assert found == [("A ", 0, "one"), ("b.", 2, None), ("\n\nC ", 4, None), ("D ", 0, "two")]
    with pytest.raises(SeqkitError, match="white space between words is not known"):
        list(raw_text([Sentence(["a"])]))
