"""Replace names in pairs of text as data augmentation, so that a model learns to copy names.

If most sentences of a corpus are about Tom, a model learns to write "Tom" for any name. Names of people, places and
things are equal on both sides, so they can be found without knowledge of the languages.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import Self

from seqkit.examples import Pair

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
RANDOM_LENGTHS = (2, 8)
"""Minimum and maximum letters of a random name: one long name would pad the whole batch."""
STRANGE, STRANGE_LENGTHS = 0.1, (1, 3)
"""Share of random names made of neighbouring code points anywhere in Unicode, to train byte pieces, too, and their
lengths: each such letter is two or three pieces."""
SHORTEST = 3
"""Minimum letters of a name: shorter words are often equal by chance."""


class Names:
    """The names in some pairs, and replacements for them."""

    def __init__(self, names: Iterable[str] = (), random_share: float = 0.0) -> None:
        """Args: random_share, share of the replacements that are random letters."""
        self.names, self.random_share = sorted(set(names)), random_share
        self._known, self._letters = set(self.names), "".join(self.names).lower()

    @classmethod
    def of(cls, pairs: Sequence[Pair], random_share: float = 0.0) -> Self:
        """Collect capitalised words that occur on both sides of a pair and in no line in lower case."""
        small: set[str] = set()
        shared: set[str] = set()
        for pair in pairs:
            source, target = _sides(pair)
            small.update(word for word in source.keys() | target.keys() if word == word.lower())
            shared.update(word for word in source.keys() & target.keys() if _is_capitalised(word))
        return cls((word for word in shared if word.lower() not in small), random_share)

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

        return pair.with_texts(put(pair.sources["text"]), put(str(pair.target)))

    def _new(self, random: Random) -> str:
        """A known name, the beginning of one with the end of another (equally likely), or random letters."""
        if self.random_share and random.random() < self.random_share:
            return random_name(self._letters, random)
        first, second = random.choice(self.names), random.choice(self.names)
        return first if random.random() < 0.5 else first[: -(-len(first) // 2)] + second[len(second) // 2 :]


def _sides(pair: Pair) -> tuple[Counter[str], Counter[str]]:
    """Word counts of source and target; empty if a side is not text."""
    if pair.texts is None:
        return Counter(), Counter()
    source, target = pair.texts
    return Counter(WORD.findall(source)), Counter(WORD.findall(target))


def _is_capitalised(word: str) -> bool:
    return len(word) >= SHORTEST and word.isalpha() and word[0].isupper() and word[1:] == word[1:].lower()


def random_name(letters: str, random: Random) -> str:
    """Random letters, capitalised. Args: letters, the letters of most names."""
    strange = random.random() < STRANGE
    lengths = STRANGE_LENGTHS if strange else RANDOM_LENGTHS
    name = "".join(random.choices(_neighbours(random) if strange else letters, k=random.randint(*lengths)))
    return unicodedata.normalize("NFC", name[:1].upper() + name[1:])


def _neighbours(random: Random) -> str:
    """Letters with neighbouring code points, anywhere in the basic plane; alphabets are as frequent as ideographs."""
    while True:
        first = int(0xC0 * 2 ** (8 * random.random()))
        letters = [chr(code) for code in range(first, first + 24)]
        # Compatibility characters are replaced in sources, not in targets: such a letter would differ.
        kept = [
            letter
            for letter in letters
            if letter.isalpha() and len(letter.upper()) == 1 and unicodedata.is_normalized("NFKC", letter)
        ]
        if len(kept) > len(letters) // 2:
            return "".join(kept)
