"""Names in pairs of text: recognition, and exchange without other changes."""

from __future__ import annotations

import unicodedata
from random import Random

from seqkit.examples import Pair
from seqkit.text.name_swaps import WORD, Names, random_name

PAIRS = [
    Pair({"text": "Tom wohnt in Boston, sagt Anna."}, "Tom lives in Boston, Anna says."),
    Pair({"text": "Hier ist der Park."}, "Here is Park Street."),
    Pair({"text": "Ein Park ist grün."}, "A park is green."),
    Pair({"text": "Tom traf Tom in Paris."}, "Tom met Tom in Paris."),
    Pair({"text": "Er schläft."}, "He sleeps."),
]


def texts(pair):
    return pair.sources["text"], pair.target


def test_a_name_is_capitalised_on_both_sides_and_nowhere_small():
    assert Names.of(PAIRS).names == ["Anna", "Boston", "Paris", "Tom"]


def test_one_name_of_a_pair_is_exchanged_alike_on_both_sides():
    names, changed = Names.of(PAIRS), set()
    for seed in range(40):
        for before, after in zip(PAIRS, names.exchanged(PAIRS, 1.0, seed), strict=True):
            (was_source, was_target), (source, target) = texts(before), texts(after)
            old = {a for a, b in zip(was_source.split(), source.split(), strict=True) if a != b}
            new = {b for a, b in zip(was_source.split(), source.split(), strict=True) if a != b}
            assert len(old) <= 1
            for a, b in zip(old, new, strict=True):
                a, b = a.strip(",."), b.strip(",.")
                assert target == was_target.replace(a, b)
                changed.add((a, b))
    assert {old for old, _ in changed} == {"Tom", "Boston", "Anna", "Paris"}
    assert any(new not in names.names for _, new in changed), "new names come up, too"


def test_a_name_that_occurs_twice_is_kept():
    for seed in range(20):
        assert "Tom traf Tom" in texts(Names.of(PAIRS).exchanged(PAIRS, 1.0, seed)[3])[0]


def test_a_share_of_the_pairs_is_changed_and_a_seed_repeats_them():
    pairs = PAIRS[:1] * 1000
    names = Names.of(PAIRS)
    found = names.exchanged(pairs, 0.3, 5)
    assert found == names.exchanged(pairs, 0.3, 5)
    # A name is sometimes drawn for itself: one in eight.
    assert 200 < sum(pair != PAIRS[0] for pair in found) < 330
    assert names.exchanged(pairs, 0.0, 5) == pairs


def test_what_is_no_text_is_left_alone():
    pairs = [Pair({"audio": [1, 2]}, "Tom"), Pair({"text": "Tom"}, [3])]
    assert Names.of(pairs).names == []
    assert Names(["Tom", "Anna"]).exchanged(pairs, 1.0, 1) == pairs


def test_random_names_are_one_word_and_differ():
    random = Random(3)
    made = [random_name("abcdefg", random) for _ in range(2000)]
    for name in made:
        assert WORD.fullmatch(name) and name[0] == name[0].upper()
        assert name == unicodedata.normalize("NFKC", name)
    assert len(set(made)) > 1500
    assert 100 < sum(not name.isascii() for name in made) < 300
    assert len({unicodedata.name(name[0]).split()[0] for name in made}) > 10, "scripts of the first letters"


def test_a_share_of_the_new_names_is_random():
    names = Names.of(PAIRS, random_share=1.0)
    found = names.exchanged(PAIRS[:1] * 200, 1.0, 5)
    assert found == names.exchanged(PAIRS[:1] * 200, 1.0, 5)
    sides = [tuple(set(WORD.findall(text)) for text in texts(pair)) for pair in found]
    assert len({frozenset(source & target) for source, target in sides}) > 150
    assert Names.of(PAIRS).exchanged(PAIRS, 1.0, 5) == Names.of(PAIRS, 0.0).exchanged(PAIRS, 1.0, 5)
