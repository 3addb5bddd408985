"""`seqkit.tag` and `seqkit.translate`: accepted arguments, and errors for others."""

from __future__ import annotations

import pytest

import seqkit
from seqkit.examples import Sentence


@pytest.mark.parametrize("text", [None, b"", [], 3])
def test_tag_names_the_expected_type(text):
    with pytest.raises(TypeError, match=f"expected a text .str., got {type(text).__name__}"):
        seqkit.tag(text)


@pytest.mark.parametrize("lines", [None, b"Hund", 3, [None]])
def test_translate_names_the_expected_type(lines):
    with pytest.raises(TypeError, match="expected a text"):
        seqkit.translate(lines)


def test_half_a_character_is_refused_in_a_prefix_too():
    with pytest.raises(seqkit.SeqkitError, match="half a surrogate pair"):
        seqkit.translate("Hund", prefix="\ud800")


def test_a_generator_of_sentences_is_tagged():
    tagger = seqkit.load("en-tagger")
    words = [["Time", "flies"], ["He", "left"]]
    assert tagger.predict(map(Sentence, words)) == tagger.predict(list(map(Sentence, words)))
    assert len(tagger.predict_top(map(Sentence, words), 2)) == 2
