"""The codes that each training word has, such as the edit scripts of its lemmas: a table before the network.

A word that training has with the same label of another kind (`given`, such as `xpos`) gets one of the codes it has
there, as the network ranks them: `saw` is `see` as a verb in the past, and `saw` as a noun. For other words the endings
of the known ones with that label add to the network's scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from seqkit.models.suffixes import SuffixCodes

ANY = ""
"""In place of a label, where no other kind of label decides."""


@dataclass(frozen=True)
class WordCodes:
    """Codes by the label of another kind, and by word."""

    given: str = ANY
    """The kind of label that decides together with the word; "" where no other kind does."""
    words: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """Label of the kind `given` -> word -> numbers of its codes."""
    _endings: dict[str, SuffixCodes] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def gather(cls, rows: Iterable[tuple[str, str, str]], known: Sequence[str], given: str) -> Self:
        """Take up (word, label of the kind `given`, code) of the training split. Args: known, codes in their order."""
        number = {code: place for place, code in enumerate(known)}
        found: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for word, label, code in rows:
            if code in number:
                found[label][word].add(number[code])
        return cls(given, {label: _in_order(words) for label, words in found.items()})

    def allowed(self, word: str, label: str) -> Sequence[int]:
        """The codes that a word may have with this label of the kind `given`; none where training does not say.

        A word that training does not have with the label is looked up in small letters, too.
        """
        known = self.words.get(label, {})
        return known.get(word, known.get(word.lower(), ()))

    def by_ending(self, label: str) -> SuffixCodes:
        """What the endings of the known words with this label say of their codes; made when first asked for."""
        if label not in self._endings:
            self._endings[label] = SuffixCodes(self.words.get(label, {}).items())
        return self._endings[label]

    def as_json(self, known: Sequence[str]) -> dict[str, Any]:
        """Label -> code -> its words, for the model folder. Args: known, codes in their order."""
        found: dict[str, defaultdict[str, list[str]]] = {label: defaultdict(list) for label in self.words}
        for label, words in self.words.items():
            for word, numbers in words.items():
                for number in numbers:
                    found[label][known[number]].append(word)
        return {"given": self.given, "words": found}

    @classmethod
    def from_json(cls, held: Mapping[str, Any], known: Sequence[str]) -> Self:
        """What `as_json` gave. Raises KeyError for a code that is not known."""
        number = {code: place for place, code in enumerate(known)}
        found: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for label, codes in held["words"].items():
            for code, words in codes.items():
                for word in words:
                    found[label][word].add(number[code])
        return cls(held["given"], {label: _in_order(words) for label, words in found.items()})


def _in_order(words: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
    return {word: sorted(numbers) for word, numbers in words.items()}
