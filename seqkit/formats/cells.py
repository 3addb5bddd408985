"""Convert texts to a single line, or to a cell of a table."""

from __future__ import annotations

import re

_LINE_BREAKS = re.compile("\r\n|[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
"""Tabs, and characters that Python's `splitlines`, spreadsheets or editors treat as a line break."""
_CELL_BREAKS = re.compile(r"[\t\n\r]")
"""Characters that end a cell of CoNLL-U."""


def one_line(text: str) -> str:
    """Replace each tab and line break by a space."""
    return _LINE_BREAKS.sub(" ", text)


def one_cell(text: str) -> str:
    """Replace each character that ends a cell of CoNLL-U by a space, and strip white space at both ends."""
    return _CELL_BREAKS.sub(" ", text).strip()
