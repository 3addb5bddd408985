"""Write pairs of sentences as people type them, as data augmentation: without the last mark, and in lower case.

Nearly all sentences of a corpus begin with a capital letter and end with a mark. A model that has only seen these
translates "good morning" worse than "Good morning.".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from random import Random

from seqkit.examples import Pair
from seqkit.text.name_swaps import WORD

SMALL, ALL_SMALL = 0.6, 0.5
"""Share of these pairs whose first letters are in lower case, and share of those whose whole source is."""
_MARK = re.compile(r"\s*[.!?…。！？।]+$")


class PlainLines:
    """Rewrites pairs of text. A first word gets the case that it mostly has inside of lines: names and I stay."""

    def __init__(self, pairs: Iterable[Pair]) -> None:
        """Args: pairs, whose words are counted."""
        inside: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        for pair in pairs:
            for counts, text in zip(inside, pair.texts or ("", ""), strict=True):
                counts.update(WORD.findall(text)[1:])
        self._small = tuple(
            {word for word, count in counts.items() if word.islower() and count > counts[word.capitalize()]}
            for counts in inside
        )

    def rewritten(self, pairs: Sequence[Pair], share: float, seed: int) -> list[Pair]:
        """Rewrite both sides of a `share` of the pairs whose sides both end in a mark."""
        if not share:
            return list(pairs)
        random = Random(f"plain {seed}")
        return [self._rewritten(pair, random) if random.random() < share else pair for pair in pairs]

    def _rewritten(self, pair: Pair, random: Random) -> Pair:
        texts = pair.texts
        source, target = map(without_mark, texts or ("", ""))
        if texts is None or not (source and target) or source == texts[0] or target == texts[1]:
            return pair
        if random.random() < SMALL:
            all_small = random.random() < ALL_SMALL
            source = source.lower() if all_small else _begun_small(source, self._small[0])
            target = _begun_small(target, self._small[1])
        return pair.with_texts(source, target)


def without_mark(text: str) -> str:
    """The text without the stop, question or exclamation mark at its end."""
    return _MARK.sub("", text)


def _begun_small(text: str, known: AbstractSet[str]) -> str:
    """The text with its first word in lower case, if the word is `known` in it."""
    first = WORD.match(text)
    if first is None or first.group().lower() not in known:
        return text
    return text[0].lower() + text[1:]
