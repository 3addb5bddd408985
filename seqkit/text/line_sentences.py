"""Split a line into sentences, and keep the white space between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from seqkit.examples import RawText, SourceLocation
from seqkit.text.boundaries import sentence_starts
from seqkit.text.languages import language_of
from seqkit.text.number_forms import has_ordinal_points
from seqkit.text.protected import protected

if TYPE_CHECKING:
    from seqkit.text.segmenters import Segmenter

Starts = Callable[[str], Sequence[int]]
"""A line that begins with a word -> offsets of the beginnings of further sentences."""


_DAY = re.compile(r"(?<!\S)\d{1,2}\.\s+$")
LONGEST_DAY = 10
"""Characters of a day such as "3." with the white space after it."""


class LinePart(NamedTuple):
    """A sentence of a line."""

    text: str
    gap: str
    """White space between this sentence and the next one."""


def by_rule(language: str) -> Starts:
    """Sentences by the rule of `seqkit.text.boundaries`, with the abbreviations of the language."""

    def starts(line: str) -> Sequence[int]:
        # Abbreviations only remove boundaries: most lines need none, and reading them takes 0.1 s.
        found = sentence_starts(line, _abbreviations(language)) if sentence_starts(line, ()) else []
        if has_ordinal_points(language):
            found = [at for at in found if not _DAY.search(line, max(0, at - LONGEST_DAY), at)]
        return found

    return starts


@cache
def _abbreviations(language: str) -> frozenset[str]:
    from seqkit.text.language_rules import language_rules
    from seqkit.text.words import short_forms

    code = language_of(language)
    rules = language_rules(code) if code.isalpha() else None
    return frozenset() if rules is None else short_forms(rules.cases)


def by_segmenter(segmenter: Segmenter) -> Starts:
    """Sentences as found by a segmenter."""

    def starts(line: str) -> Sequence[int]:
        sentences = segmenter.sentences(
            [RawText(line, SourceLocation("line", 1), document="line", last=True)]
        )
        ends, at = [], 0
        for sentence in sentences:
            at += len(sentence.text)
            ends.append(at)
        return ends[:-1]

    return starts


def line_sentences(line: str, starts: Starts) -> list[LinePart]:
    """The sentences of a line without surrounding white space. No boundary is inside a protected part."""
    line = line.strip()
    if not line:
        return []
    return list(_cut(line, [0, *_outside(line, starts(line)), len(line)]))


def _outside(line: str, starts: Sequence[int]) -> list[int]:
    parts = protected(line) if starts else []
    return [at for at in starts if not any(part.start < at < part.end for part in parts)]


def _cut(line: str, bounds: Sequence[int]) -> Iterator[LinePart]:
    for start, end in pairwise(bounds):
        text = line[start:end].rstrip()
        if text:
            yield LinePart(text, line[start + len(text) : end])
