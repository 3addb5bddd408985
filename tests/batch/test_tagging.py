"""Tags for streams and texts, from Python."""

from __future__ import annotations

import seqkit
from seqkit.batch.tagging import CHUNK_WORDS, tag_sentences, tag_text
from seqkit.formats.examples import Sentence


def test_the_shipped_model_from_python():
    text = "I can't go.  She left!\n"
    first, second = seqkit.tag(text)
    assert first.words == ["I", "ca", "n't", "go", "."]
    assert first.labels["upos"] == ["PRON", "AUX", "PART", "VERB", "PUNCT"]
    assert first.text + second.text == text


def test_a_stream_stays_a_stream_and_its_sentences_stay_as_they_were():
    tagger = seqkit.load("en-tagger")
    sentence = Sentence(["She", "left", "."], {"upos": ["X", "X", "X"]})
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield sentence

    tagged = next(iter(tag_sentences(tagger, endless(), ("upos",))))
    assert tagged.labels["upos"] == ["PRON", "VERB", "PUNCT"]
    assert taken <= CHUNK_WORDS
    assert sentence.labels == {"upos": ["X", "X", "X"]}


def test_text_without_words():
    assert list(tag_text(seqkit.load("en-tagger"), " \n\n")) == []
