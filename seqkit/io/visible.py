"""Show control characters as escapes: data may contain sequences that a terminal would execute."""

from __future__ import annotations

import json
from unicodedata import category

JOINERS = "\u200c\u200d"
"""Zero-width (non-)joiners: words in Persian and in scripts of India need them, and compound emoji."""


def visible(text: str) -> str:
    """The text in one line; line ends and control characters are shown as escapes such as `\\x1b`.

    Characters that change the direction of writing are escaped, too. Blanks of any width and joiners stay.
    """
    if text.isprintable():
        return text
    return "".join(c if _is_shown(c) else _escaped(c) for c in text)


def visible_lines(text: str) -> str:
    """As `visible`, for a text of several lines: line feeds and tabs stay."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c in "\n\t" or _is_shown(c) else _escaped(c) for c in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in JOINERS or category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def visible_json(text: str) -> str:
    """Equivalent JSON, with escapes for control characters that JSON allows but a terminal would execute."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or _is_shown(c) else json.dumps(c)[1:-1] for c in text)
