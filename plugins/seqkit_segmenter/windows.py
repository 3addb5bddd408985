"""Divide long paragraphs into overlapping windows: the labels of a character come from the window with it in its core.

The windows depend only on the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

CORE, MARGIN = 448, 96
"""Characters of a window's core, and of the margin on each side of it."""


class Window(NamedTuple):
    """A window and its core, as positions in the text."""

    start: int
    end: int
    core_start: int
    core_end: int


def windows_of(text: str) -> Iterator[Window]:
    """The windows of a text; one for a short text. Cores begin after white space if possible."""
    size, start = len(text), 0
    if size <= CORE + 2 * MARGIN:
        yield Window(0, size, 0, size)
        return
    while start < size:
        end = size if size - start <= CORE + MARGIN else _cut(text, start + CORE)
        yield Window(max(0, start - MARGIN), min(size, end + MARGIN), start, end)
        start = end


def _cut(text: str, end: int) -> int:
    """The position after the last white space before `end`, or `end` if there is none nearby."""
    for place in range(end, end - CORE // 4, -1):
        if text[place - 1].isspace():
            return place
    return end
