"""Text wholly in capitals, which models of ordinary text translate badly."""

from __future__ import annotations

FEWEST = 6
"""Minimum letters of such a text; shorter ones may be abbreviations."""


def in_capitals(text: str) -> bool:
    """Whether a text of several words, or a word with an exclamation or question mark, is wholly in capitals."""
    letters = [character for character in text if character.isalpha()]
    several = len(text.split()) > 1 or text.endswith(("!", "?"))
    return several and len(letters) >= FEWEST and all(map(str.isupper, letters))
