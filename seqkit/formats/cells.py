"""Texts in one line, or in one cell of a table."""

from __future__ import annotations

import re

_LINE_BREAKS = re.compile("\r\n|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""All that Python's `splitlines`, spreadsheets and editors take for a line break, and tabs."""
_CELL_BREAKS = re.compile(r"[\t\n\r]")
"""All that ends a cell of CoNLL-U, whose text otherwise stays as it is."""


def one_line(text: str) -> str:
    """The text with a space in place of each tab and line break."""
    return _LINE_BREAKS.sub(" ", text)


def one_cell(text: str) -> str:
    """The text with a space in place of each character that ends a cell of CoNLL-U, and none at its ends."""
    return _CELL_BREAKS.sub(" ", text).strip()
