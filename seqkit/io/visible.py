"""Replace control characters by escapes: data may contain sequences that a terminal would execute."""

from __future__ import annotations

import json
from unicodedata import category

JOINERS = "\u200c\u200d"
"""Zero-width non-joiner and joiner, which Persian, scripts of India and compound emoji need."""


def visible(text: str) -> str:
    """Escape a text for one line: line ends and control characters become escapes such as `\\x1b`.

    Characters that change the direction of writing are escaped, too. Spaces of any width and joiners are kept.
    """
    if text.isprintable():
        return text
    return "".join(c if _is_shown(c) else _escaped(c) for c in text)


def visible_lines(text: str) -> str:
    """Like `visible`, for a text of several lines: line feeds and tabs are kept."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c in "\n\t" or _is_shown(c) else _escaped(c) for c in text)


def _is_shown(character: str) -> bool:
    return character.isprintable() or character in JOINERS or category(character) == "Zs"


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def visible_json(text: str) -> str:
    """Escape control characters that JSON allows but a terminal would execute; returns equivalent JSON."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or _is_shown(c) else json.dumps(c)[1:-1] for c in text)
