"""Control characters as escapes: data may hold sequences that a terminal would obey, in labels, names or messages."""

from __future__ import annotations

import json
from unicodedata import category

JOINERS = "\u200c\u200d"
"""They spell words in Persian and the scripts of India, and make one picture of several emoji."""


def visible(text: str) -> str:
    """The text in one line; escapes such as `\\x1b` stand for what ends a line or commands a terminal.

    Characters that turn the direction of writing are escaped, too. Blanks of any width and joiners stay.
    """
    if text.isprintable():
        return text
    return "".join(c if _is_shown(c) else _escaped(c) for c in text)


def visible_lines(text: str) -> str:
    """As `visible`, of a text of several lines: line feeds and tabs stay."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c in "\n\t" or _is_shown(c) else _escaped(c) for c in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in JOINERS or category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def visible_json(text: str) -> str:
    """JSON that means the same, with escapes for the characters that JSON allows and a terminal obeys."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or _is_shown(c) else json.dumps(c)[1:-1] for c in text)
