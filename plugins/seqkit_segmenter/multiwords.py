"""The words of multiword tokens: `du` = `de` + `le`, `don't` = `do` + `n't`.

A table has the multiword tokens of the treebank. Others are split by the longest ending that they share with a token of
the table, such as `comprarlo` = `comprar` + `lo` by the ending of `verlo`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from seqkit.examples import Sentence

LONGEST_ENDING = 12
"""Maximum characters of an ending."""

Words = tuple[str, ...]


@dataclass
class Multiwords:
    """Forms in lower case -> their words, and endings -> the words that replace them."""

    table: dict[str, Words] = field(default_factory=dict)
    endings: dict[str, Words] = field(default_factory=dict)
    """Ending -> the words that replace it; the rest of the token is prepended to the first of them."""

    @classmethod
    def gather(cls, sentences: Iterable[Sentence]) -> Multiwords:
        """Collect the tokens of a treebank; of several ways to split a form the most frequent one counts."""
        counts: Counter[tuple[str, Words]] = Counter()
        for sentence in sentences:
            for token in sentence.multiwords:
                words = tuple(word.lower() for word in sentence.words[token.first : token.last + 1])
                counts[token.form.lower(), words] += 1
        table: dict[str, Words] = {}
        for (form, words), _ in counts.most_common():
            table.setdefault(form, words)
        return cls(table, _endings(table))

    def split(self, form: str) -> list[str]:
        """The words of a token; the token itself if its ending is unknown."""
        lower = form.lower()
        if len(lower) != len(form):
            return self._lower(form) or [form]
        words = self._lower(lower)
        return cased(form, words) if words else [form]

    def _lower(self, form: str) -> list[str] | None:
        if form in self.table:
            return list(self.table[form])
        for start in range(max(1, len(form) - LONGEST_ENDING), len(form)):
            if form[start:] in self.endings:
                first, *rest = self.endings[form[start:]]
                return [form[:start] + first, *rest]
        return None

    def as_json(self) -> dict[str, dict[str, list[str]]]:
        """The tables as JSON data."""
        return {"table": _lists(self.table), "endings": _lists(self.endings)}

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, Sequence[str]]]) -> Multiwords:
        """Create the tables from the result of `as_json`."""
        return cls(
            *({form: tuple(words) for form, words in data[part].items()} for part in ("table", "endings"))
        )


def _lists(words: Mapping[str, Words]) -> dict[str, list[str]]:
    return {form: list(found) for form, found in words.items()}


def _endings(table: Mapping[str, Words]) -> dict[str, Words]:
    """Ending -> its most frequent words, for endings that are shorter than their forms.

    Each form contributes all its endings up to LONGEST_ENDING that contain its difference from its first word.
    """
    votes: defaultdict[str, Counter[Words]] = defaultdict(Counter)
    for form, (first, *rest) in table.items():
        common = _common(form, first)
        for start in range(max(1, len(form) - LONGEST_ENDING), min(common, len(form) - 1) + 1):
            votes[form[start:]][(first[start:], *rest)] += 1
    return {ending: count.most_common(1)[0][0] for ending, count in votes.items()}


def _common(one: str, other: str) -> int:
    """Length of the common prefix of two texts."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def cased(form: str, words: Sequence[str]) -> list[str]:
    """Give words in lower case the letter case of their token."""
    if "".join(words) == form.lower():
        ends = [sum(map(len, words[:number])) for number in range(len(words) + 1)]
        return [form[start:end] for start, end in pairwise(ends)]
    if len(form) > 1 and form.isupper():
        return [word.upper() for word in words]
    if form[:1].isupper():
        return [words[0][:1].upper() + words[0][1:], *words[1:]]
    return list(words)
