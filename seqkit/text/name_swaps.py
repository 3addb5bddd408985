"""Replace names in pairs of text as data augmentation, so that a model learns to copy names.

If most sentences of a corpus are about Tom, a model learns to write "Tom" for any name. Names of people, places and
things are equal on both sides, so they can be found without knowledge of the languages.
"""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import Self

from seqkit.examples import Pair

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
SHORTEST = 3
"""Minimum letters of a name: shorter words are often equal by chance."""


class Names:
    """The names in some pairs, and replacements for them."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.names = sorted(set(names))
        self._known = set(self.names)

    @classmethod
    def of(cls, pairs: Sequence[Pair]) -> Self:
        """Collect capitalised words that occur on both sides of a pair and in no line in lower case."""
        small: set[str] = set()
        shared: set[str] = set()
        for pair in pairs:
            source, target = _sides(pair)
            small.update(word for word in source.keys() | target.keys() if word == word.lower())
            shared.update(word for word in source.keys() & target.keys() if _is_capitalised(word))
        return cls(word for word in shared if word.lower() not in small)

    def exchanged(self, pairs: Sequence[Pair], share: float, seed: int) -> list[Pair]:
        """Replace a name on both sides, in a `share` of the pairs with a name that occurs once on each side."""
        if not (self.names and share):
            return list(pairs)
        random = Random(seed)
        return [self._exchanged(pair, random) if random.random() < share else pair for pair in pairs]

    def _exchanged(self, pair: Pair, random: Random) -> Pair:
        source, target = _sides(pair)
        found = sorted(
            name for name in self._known & source.keys() & target.keys() if source[name] == target[name] == 1
        )
        if not found:
            return pair
        name, new = random.choice(found), self._new(random)

        def put(text: str) -> str:
            return WORD.sub(lambda word: new if word.group() == name else word.group(), text)

        return dataclasses.replace(
            pair, sources={**pair.sources, "text": put(pair.sources["text"])}, target=put(str(pair.target))
        )

    def _new(self, random: Random) -> str:
        """With equal probability a known name, or the beginning of one with the end of another."""
        first, second = random.choice(self.names), random.choice(self.names)
        return first if random.random() < 0.5 else first[: -(-len(first) // 2)] + second[len(second) // 2 :]


def _sides(pair: Pair) -> tuple[Counter[str], Counter[str]]:
    """Word counts of source and target; empty if a side is not text."""
    source, target = pair.sources.get("text"), pair.target
    if not (isinstance(source, str) and isinstance(target, str)):
        return Counter(), Counter()
    return Counter(WORD.findall(source)), Counter(WORD.findall(target))


def _is_capitalised(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha() and word[0].isupper() and word[1:] == word[1:].lower()
