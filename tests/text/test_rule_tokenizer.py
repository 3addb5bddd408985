"""The tokenizer in Python equals spaCy's, and imports neither spaCy nor torch."""

from __future__ import annotations

import random
import subprocess
import sys
from itertools import islice

import pytest
import spacy

from seqkit.examples import RecordErrors
from seqkit.formats.conllu.treebank import read
from seqkit.text.language_rules import language_rules
from seqkit.text.rule_tokenizer import rule_tokenizer
from seqkit.text.token_cache import split_words

LANGUAGES = ["en", "de", "hu", "ru", "tr", "it", "sv", "am", "bg", "xx"]
PARTS = [
    *("", " ", "  ", "\n", " \n", "\t", "\xa0", "-", "/", ".", ",", "(", ")", "'", '"', ":", "…", "a", "B"),
    *(
        "9",
        "km",
        "$",
        "!",
        "?",
        "’",
        "é",
        "www.x.org",
        "10km",
        "a.b@c.de",
        "http://a.b/c?d=e",
        "_",
        "€",
        "don't",
    ),
]


def mixtures(cases, number):
    """Special cases of a language among other words and marks, with and without blanks between them."""
    draw, cases = random.Random(3), sorted(cases)
    for _ in range(number):
        parts = (draw.choice(cases if draw.random() < 0.4 else PARTS) for _ in range(draw.randint(1, 14)))
        yield "".join(parts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_are_spacys(language):
    theirs, ours = spacy.blank(language).tokenizer, rule_tokenizer(language)
    assert set(ours.cases) == set(theirs.rules)
    for text in mixtures(ours.cases, 400):
        assert ours(text) == split_words(theirs, text), text


@pytest.mark.parametrize(
    ("language", "treebank"),
    [
        ("en", "ud-english-ewt/en_ewt-ud-dev.conllu"),
        ("fr", "ud-french-sequoia/fr_sequoia-ud-dev.conllu"),
        ("xx", "ud-chinese-pud/zh_pud-ud-test.conllu"),
    ],
)
def test_the_words_of_treebanks_are_spacys(language, treebank, real_corpora):
    theirs, ours = spacy.blank(language).tokenizer, rule_tokenizer(language)
    for sentence in islice(read(str(real_corpora / treebank), RecordErrors()), 1000):
        assert ours(sentence.text) == split_words(theirs, sentence.text), sentence.text


@pytest.mark.slow
def test_the_rules_of_every_language_are_spacys(tmp_path):
    """But for those that have a tokenizer of their own, which spaCy is left to run."""
    own = []
    for path in sorted((spacy.util.get_package_path("spacy") / "lang").glob("*/__init__.py")):
        try:
            theirs, ours = spacy.blank(path.parent.name).tokenizer, rule_tokenizer(path.parent.name)
        except ImportError:
            assert language_rules(path.parent.name) is None
            continue
        if ours is None:
            own.append(path.parent.name)
            continue
        for text in mixtures(ours.cases, 300):
            assert ours(text) == split_words(theirs, text), (path.parent.name, text)
    assert own == ["zh"]


@pytest.mark.parametrize("language", ["zh", "ja", "qqq", "../en", ""])
def test_other_tokenizers_are_left_to_spacy(language):
    assert rule_tokenizer(language) is None


def test_reading_the_rules_imports_neither_spacy_nor_torch(tmp_path):
    code = (
        "import sys; from seqkit.text.rule_tokenizer import rule_tokenizer; "
        "print(rule_tokenizer('en')('She don\\'t.')[1], sorted({'spacy', 'thinc', 'torch'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert run.stdout.strip() == "['She', 'do', \"n't\", '.'] []"
