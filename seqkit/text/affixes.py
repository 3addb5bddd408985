"""Affixes of a word: its beginnings, endings, lower-case form and shape."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

PREFIXES = (1, 2, 3, 4)
SUFFIXES = (1, 2, 3, 4, 5)
KINDS = len(PREFIXES) + len(SUFFIXES) + 2
NONE, UNKNOWN = 0, 1
"""Ids for an affix that is as long as the word or longer, and for an unknown affix."""


def affixes(word: str) -> list[str]:
    """One string for each kind of affix, in a fixed order; "" if the word is too short."""
    lower = word.lower()
    size = len(lower)
    found = [lower[:length] if length < size else "" for length in PREFIXES]
    found += [lower[-length:] if length < size else "" for length in SUFFIXES]
    return [*found, lower, shape(word)]


def shape(word: str) -> str:
    """Character classes of a word, with runs cut to two: `Xxx` for Dogs, `XX-dd` for MD-80, `xx.xx` for seqkit.org."""
    if word.islower() and word.isalpha():
        return "xx"[: len(word)]
    kinds = ""
    for character in word:
        if character.isalpha():
            kind = "X" if character.isupper() else "x"
        else:
            kind = "d" if character.isdigit() else character
        if kinds[-2:] != kind * 2:
            kinds += kind
    return kinds


def frequent_affixes(words: Iterable[str], at_least: int = 2) -> list[list[str]]:
    """For each kind, the affixes of at least `at_least` distinct words, most frequent first."""
    counts: list[Counter[str]] = [Counter() for _ in range(KINDS)]
    for word in words:
        for count, affix in zip(counts, affixes(word), strict=True):
            count[affix] += 1
    return [
        [affix for affix, number in count.most_common() if affix and number >= at_least] for count in counts
    ]


class AffixIndex:
    """Maps affixes to ids; ids continue from kind to kind."""

    def __init__(self, kinds: Sequence[Sequence[str]]) -> None:
        self.size = UNKNOWN + 1
        self._find: list[Callable[[str, int], int]] = []
        for affixes in kinds:
            ids = {affix: number for number, affix in enumerate(affixes, start=self.size)}
            self.size += len(affixes)
            self._find.append({**ids, "": NONE}.get)

    def ids(self, word: str) -> list[int]:
        """One id for each kind of affix."""
        return [find(affix, UNKNOWN) for find, affix in zip(self._find, affixes(word), strict=True)]
