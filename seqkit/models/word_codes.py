"""A table of the codes of each training word, such as the edit scripts of its lemmas, which precedes the network.

A word that occurs in training with the same label of another kind (`given`, such as `xpos`) gets one of its codes
there, as ranked by the network: the lemma of `saw` is `see` as a verb in the past, and `saw` as a noun. For other
words, the endings of known words with that label add to the network's scores.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from seqkit.models.suffixes import SuffixCodes

ANY = ""
"""Used instead of a label if codes do not depend on another kind of label."""


@dataclass(frozen=True)
class WordCodes:
    """Codes by the label of another kind, and by word."""

    given: str = ANY
    """The kind of label that determines the codes together with the word; "" if there is none."""
    words: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    """Label of the kind `given` -> word -> numbers of its codes."""
    _endings: dict[str, SuffixCodes] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def gather(cls, rows: Iterable[tuple[str, str, str]], known: Sequence[str], given: str) -> Self:
        """Collect (word, label of the kind `given`, code) of the training split. Args: known, codes in their order."""
        number = {code: place for place, code in enumerate(known)}
        found: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for word, label, code in rows:
            if code in number:
                found[label][word].add(number[code])
        return cls(given, {label: _in_order(words) for label, words in found.items()})

    def allowed(self, word: str, label: str) -> Sequence[int]:
        """The codes of a word with this label of the kind `given`; empty for a word unknown to the table.

        A word that does not occur with the label is looked up in lower case, too.
        """
        known = self.words.get(label, {})
        return known.get(word, known.get(word.lower(), ()))

    def by_ending(self, label: str) -> SuffixCodes:
        """The distribution of codes by the endings of known words with this label; computed on first use."""
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
        """Read the result of `as_json`. Raises KeyError for an unknown code."""
        number = {code: place for place, code in enumerate(known)}
        found: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for label, codes in held["words"].items():
            for code, words in codes.items():
                for word in words:
                    found[label][word].add(number[code])
        return cls(held["given"], {label: _in_order(words) for label, words in found.items()})


def _in_order(words: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
    return {word: sorted(numbers) for word, numbers in words.items()}
