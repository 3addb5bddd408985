"""Placeholders in training pairs: both sides get the same ones, for parts that both have."""

import re

from seqkit.examples import Pair
from seqkit.text.placeholders import OF_LITERALS, OF_NUMBERS, SHARE, SYMBOLS, agreeing, with_placeholders

PAIR = Pair(
    {"text": "Am 3. Mai 1995 zahlte er 1.000,5 € an a@b.de."}, "On May 3, 1995, he paid €1,000.5 to a@b.de."
)
SYMBOL = re.compile("⟦.⟧")


def test_parts_agree_by_value_whatever_their_form():
    agreed = agreeing(PAIR.sources["text"], PAIR.target, ("de", "en"))
    assert [(one.text, two.text) for one, two in agreed] == [
        ("3. Mai 1995", "May 3, 1995"),
        ("1.000,5 €", "€1,000.5"),
        ("a@b.de", "a@b.de"),
    ]


def test_both_sides_get_the_same_symbols():
    drawn = with_placeholders([PAIR] * 200, ("de", "en"), 1)
    changed = [pair for pair in drawn if pair != PAIR]
    assert abs(len(changed) / len(drawn) - SHARE) < 0.1
    for pair in changed:
        source, target = SYMBOL.findall(pair.sources["text"]), SYMBOL.findall(pair.target)
        assert sorted(source) == sorted(target) and len(set(source)) == len(source) == 3
        assert source[2] in OF_LITERALS and set(source[:2]) <= set(OF_NUMBERS)
    assert {symbol for pair in changed for symbol in SYMBOL.findall(pair.target)} == set(SYMBOLS)
    assert drawn == with_placeholders([PAIR] * 200, ("de", "en"), 1)


def test_other_pairs_keep_their_text_or_lose_a_shared_word():
    plain, named = Pair({"text": "Drei Hunde."}, "3 dogs."), Pair({"text": "Tom schläft."}, "Tom sleeps.")
    assert with_placeholders([plain] * 50, ("de", "en"), 1) == [plain] * 50
    drawn = with_placeholders([named] * 200, ("de", "en"), 1)
    assert {SYMBOL.sub("Tom", pair.sources["text"]) for pair in drawn} == {"Tom schläft."}
    assert 0 < sum(pair != named for pair in drawn) < 60
