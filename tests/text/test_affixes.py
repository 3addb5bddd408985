"""Affixes and shapes, and their vocabulary."""

from __future__ import annotations

import pytest

from seqkit.text.affixes import KINDS, AffixIndex, affixes, frequent_affixes, shape


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Dogs", "Xxx"), ("a", "x"), ("ab", "xx"), ("USA", "XX"), ("MD-80", "XX-dd"),
        ("www.seqkit.org", "xx.xx.xx"), ("!!!!", "!!"), ("1,000,000", "d,dd,dd"), ("Straße", "Xxx"),
        ("犬", "x"), ("", ""),
    ],
)  # fmt: skip
def test_shapes(word, expected):
    assert shape(word) == expected


def test_beginnings_and_endings_are_shorter_than_the_word():
    assert affixes("Dogs") == ["d", "do", "dog", "", "s", "gs", "ogs", "", "", "dogs", "Xxx"]
    assert len(affixes("")) == KINDS


def test_an_affix_is_kept_where_two_distinct_words_share_it():
    kept = frequent_affixes(["walking", "talking", "walked"])
    assert kept[4] == ["g"]
    assert kept[0] == ["w"]
    index = AffixIndex(kept)
    ids = index.ids("singing")
    assert ids[0] == 1 and ids[4] == index.ids("walking")[4] > 1
    assert index.ids("I")[:9] == [0] * 9
    assert max(max(index.ids(word)) for word in ("walking", "talking", "walked")) < index.size


def test_the_same_text_in_two_places_has_two_ids():
    kept = frequent_affixes(["aba", "abba", "acca"])
    ids = AffixIndex(kept).ids("aba")
    assert ids[0] != ids[4]
