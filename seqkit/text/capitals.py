"""Text wholly in capitals, which models of ordinary text translate badly."""

from __future__ import annotations

import re
from collections.abc import Sequence

from seqkit.text.number_words import ORDINAL
from seqkit.text.protected import Protected

FEWEST = 6
"""Minimum letters of such a text; shorter ones may be abbreviations."""


def in_capitals(text: str) -> bool:
    """Whether a text of several words, or a word with an exclamation or question mark, is wholly in capitals."""
    letters = [character for character in text if character.isalpha()]
    several = len(text.split()) > 1 or text.endswith(("!", "?"))
    return several and len(letters) >= FEWEST and all(map(str.isupper, letters))


def lower_case(text: str, parts: Sequence[Protected]) -> str:
    """A text in capitals as an ordinary sentence; its protected parts stay, but 2ND becomes 2nd."""
    words, end = "", 0
    for part in parts:
        small = part.text.lower()
        words += text[end : part.start].lower() + (small if re.fullmatch(ORDINAL, small) else part.text)
        end = part.end
    words += text[end:].lower()
    return words[:1].upper() + words[1:]
