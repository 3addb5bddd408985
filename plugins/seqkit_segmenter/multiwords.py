"""The words of multiword tokens: `du` = `de` + `le`, `don't` = `do` + `n't`.

A table has what the treebank had. What it lacks is split by the longest ending that a token of the table has, too, as
`comprarlo` = `comprar` + `lo` is by that of `verlo`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from seqkit.examples import Sentence

LONGEST_ENDING = 12
"""Characters."""

Words = tuple[str, ...]


@dataclass
class Multiwords:
    """Forms in lower case -> their words, and endings -> what stands in their place."""

    table: dict[str, Words] = field(default_factory=dict)
    endings: dict[str, Words] = field(default_factory=dict)
    """Ending -> the words in its place; the rest of the token goes before the first of them."""

    @classmethod
    def gather(cls, sentences: Iterable[Sentence]) -> Multiwords:
        """Learn from the tokens of a treebank; of several ways to split a form the most frequent one."""
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
        """The words of a token; the token itself where nothing is known of its ending."""
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
        """For a file."""
        return {"table": _lists(self.table), "endings": _lists(self.endings)}

    @classmethod
    def from_json(cls, data: Mapping[str, Mapping[str, Sequence[str]]]) -> Multiwords:
        """What `as_json` gave."""
        return cls(
            *({form: tuple(words) for form, words in data[part].items()} for part in ("table", "endings"))
        )


def _lists(words: Mapping[str, Words]) -> dict[str, list[str]]:
    return {form: list(found) for form, found in words.items()}


def _endings(table: Mapping[str, Words]) -> dict[str, Words]:
    """Ending -> the words most forms with it have there, of endings that leave something before them.

    Several endings of one form are learnt, from the shortest that differs from its first word on.
    """
    votes: defaultdict[str, Counter[Words]] = defaultdict(Counter)
    for form, (first, *rest) in table.items():
        common = _common(form, first)
        for start in range(max(1, len(form) - LONGEST_ENDING), min(common, len(form) - 1) + 1):
            votes[form[start:]][(first[start:], *rest)] += 1
    return {ending: count.most_common(1)[0][0] for ending, count in votes.items()}


def _common(one: str, other: str) -> int:
    """Characters that two texts share at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def cased(form: str, words: Sequence[str]) -> list[str]:
    """Words in lower case with the letter case of the token that they stand for."""
    if "".join(words) == form.lower():
        ends = [sum(map(len, words[:number])) for number in range(len(words) + 1)]
        return [form[start:end] for start, end in pairwise(ends)]
    if len(form) > 1 and form.isupper():
        return [word.upper() for word in words]
    if form[:1].isupper():
        return [words[0][:1].upper() + words[0][1:], *words[1:]]
    return list(words)
