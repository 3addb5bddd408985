"""Remembered runs give the words that spaCy gives, special cases across white space included."""

from __future__ import annotations

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st

from seqkit.text import runs as module
from seqkit.text.runs import Runs, remembers, split_words
from seqkit.text.words import tokenizer

LANGUAGES = ["en", "fr", "ru", "tr", "xx"]
RULES = {language: tokenizer(language)[0] for language in LANGUAGES}
REMEMBERED = {language: Runs(RULES[language]) for language in LANGUAGES}


@st.composite
def texts(draw, language):
    """Pieces of the language's own special cases, glued or with white space between."""
    pieces = sorted(
        {part for rule in RULES[language].rules for part in (rule, rule[:2], rule[-2:], rule[1:])}
    )
    parts = st.one_of(
        st.sampled_from(pieces), st.sampled_from(["word", "it", "Jim's", "(", ")", "-", ":", "."])
    )
    spaces = st.sampled_from(["", "", " ", " ", "  ", "\n", "\t ", "\u2028", "\xa0"])
    return "".join(draw(spaces) + draw(parts) for _ in range(draw(st.integers(0, 12)))) + draw(spaces)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_spacys(language):
    @settings(max_examples=100, deadline=None)
    @given(texts(language))
    def check(text):
        assert REMEMBERED[language](text) == split_words(RULES[language], text)

    check()


def test_special_cases_across_white_space_are_left_to_spacy():
    """Russian has cases with blanks inside; "> :(" looks like ">:(", which keeps spaCy from finding ":(" in it."""
    for language, text in [("ru", "Он, в т.ч. и я"), ("en", "> :(How'll've")]:
        found = REMEMBERED[language](text)
        assert found == split_words(spacy.blank(language).tokenizer, text)
        alone = [word for run in text.split() for word in split_words(RULES[language], run)[1]]
        assert found[1] != alone


def test_what_is_long_ago_is_forgotten_and_split_the_same(monkeypatch):
    monkeypatch.setattr(module, "_MOST_RUNS", 10)
    remembered = Runs(RULES["en"])
    for text in ["a b, (c) d", " ".join(f"w{number}," for number in range(50)), "a b, (c) d"] * 2:
        assert remembered(text) == split_words(RULES["en"], text)
        assert len(remembered._known) + len(remembered._older) <= 20


def test_a_segmenter_is_asked_for_whole_texts():
    assert remembers(RULES["en"])
    assert not remembers(spacy.blank("zh").tokenizer)
