"""Markup inside a sentence: removed before a translation, and reinserted at the corresponding word after it.

Models do not read markup. Word k of n in the source corresponds to word k · m / n of m in the translation.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from seqkit.text.protected import MARKUP, Protected, protected

_CLOSING = tuple(".,;:!?…")


class Mark(NamedTuple):
    """Markup between two words."""

    text: str
    word: int
    """Number of words of the sentence before it."""
    before: bool
    """Whether white space, or the beginning of the sentence, is before it."""
    after: bool
    """Whether white space, or the end of the sentence, is after it."""


def without_markup(text: str) -> tuple[str, list[Mark]]:
    """The text without markup, and the markup."""
    parts = [part for part in protected(text) if part.kind == MARKUP]
    if not parts:
        return text, []
    kept, marks, end = "", [], 0
    for part in parts:
        kept += text[end : part.start]
        end = part.end
        before = part.start == 0 or text[part.start - 1].isspace()
        after = end == len(text) or text[end].isspace()
        if before and text[end : end + 1] in _CLOSING:  # 😀. belongs to the word before the point
            kept, after = kept.rstrip(), True
        marks.append(Mark(part.text, len(kept.split()), before, after))
        if _joins_words(kept, text[end:], part):
            kept += " "
    return " ".join((kept + text[end:]).split()), marks


def _joins_words(before: str, after: str, part: Protected) -> bool:
    """Whether removing a tag such as <br> would join the words around it."""
    return part.text.startswith("<") and before[-1:].isalnum() and after[:1].isalnum()


def with_markup(text: str, marks: Sequence[Mark], words: int) -> str:
    """Insert all markup into the text, in order. Args: words, number of words of the source."""
    if not marks:
        return text
    translated = text.split()
    slots: list[list[Mark]] = [[] for _ in range(len(translated) + 1)]
    last = 0
    for mark in marks:
        last = max(last, min(len(translated), round(mark.word * len(translated) / max(words, 1))))
        slots[last].append(mark)
    return _written(translated, slots)


def _written(translated: Sequence[str], slots: Sequence[Sequence[Mark]]) -> str:
    written = ""
    glued = True
    for place, marks in enumerate(slots):
        for mark in marks:
            # An opening tag belongs to the next word, a closing one to the previous.
            written += (" " if mark.before and not glued else "") + mark.text
            glued = not mark.after
        if place < len(translated):
            written += ("" if glued else " ") + translated[place]
            glued = False
    return written.strip()
