"""Long paragraphs in windows that overlap: a character's labels come from the one window in whose core it is.

Where windows begin follows from the text alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CORE, MARGIN = 448, 96
"""Characters whose labels a window gives, and those that it reads on either side of them."""


class Window(NamedTuple):
    """Part of a text: what is read, and the core within it; places in the text."""

    start: int
    end: int
    core_start: int
    core_end: int


def windows_of(text: str) -> Iterator[Window]:
    """The windows of a text; one where it is short. Cores begin after white space where the text has some."""
    size, start = len(text), 0
    if size <= CORE + 2 * MARGIN:
        yield Window(0, size, 0, size)
        return
    while start < size:
        end = size if size - start <= CORE + MARGIN else _cut(text, start + CORE)
        yield Window(max(0, start - MARGIN), min(size, end + MARGIN), start, end)
        start = end


def _cut(text: str, end: int) -> int:
    """The place after the last white space before `end`, or `end` where there is none near."""
    for place in range(end, end - CORE // 4, -1):
        if text[place - 1].isspace():
            return place
    return end
