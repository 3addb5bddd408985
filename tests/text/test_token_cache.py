"""Cached runs give spaCy's words, special cases across white space included."""

from __future__ import annotations

import random

import pytest
import spacy

from seqkit.text import token_cache as module
from seqkit.text.rule_tokenizer import rule_tokenizer
from seqkit.text.token_cache import Runs, split_words
from seqkit.text.words import tokenizer

LANGUAGES = ["en", "fr", "ru", "tr", "xx"]
RULES = {language: tokenizer(language)[0] for language in LANGUAGES}
BETWEEN = ["", " ", " ", "  ", "\n", "\t", "\xa0", "x", "(", ")", "'", "-"]


def remembering(language):
    rules = rule_tokenizer(language)
    return Runs(rules, rules.joined())


REMEMBERED = {language: remembering(language) for language in LANGUAGES}


def mangled(rules, draw):
    """Two special cases of a language, cut in two, with white space or other characters between the parts."""
    text = ""
    for case in draw.choices(sorted(rules), k=2):
        cut = draw.randrange(len(case) + 1)
        text += case[:cut] + draw.choice(BETWEEN) + case[cut:] + draw.choice(BETWEEN)
    return text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_spacys(language):
    draw, rules = random.Random(3), RULES[language]
    for text in [mangled(rules.rules, draw) for _ in range(400)]:
        assert REMEMBERED[language](text) == split_words(rules, text), text


def test_special_cases_across_white_space_are_found():
    """Russian has cases with blanks inside; "> :(" looks like ">:(", which keeps spaCy from finding ":(" in it."""
    for language, text in [("ru", "Он, в т.ч. и я"), ("en", "> :(How'll've")]:
        found = REMEMBERED[language](text)
        assert found == split_words(spacy.blank(language).tokenizer, text)
        alone = [word for run in text.split() for word in split_words(RULES[language], run)[1]]
        assert found[1] != alone


def test_what_is_long_ago_is_forgotten_and_split_the_same(monkeypatch):
    monkeypatch.setattr(module, "_MOST_RUNS", 10)
    remembered = remembering("en")
    for text in ["a b, (c) d", " ".join(f"w{number}," for number in range(50)), "a b, (c) d"] * 2:
        assert remembered(text) == split_words(RULES["en"], text)
        assert len(remembered._known) + len(remembered._older) <= 20
