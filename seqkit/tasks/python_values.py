"""Check texts from Python code, and return texts with a score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Self

from seqkit.errors import SeqkitError


def checked_text(text: object) -> str:
    """The text. Raises TypeError for anything but a string, and SeqkitError for a lone surrogate."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text (str), got {type(text).__name__}")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise SeqkitError(
            "the text has half a surrogate pair", "Decode the text with its real encoding, or delete it."
        )
    return text


def checked_texts(texts: object, or_paths: bool = False) -> Iterator[Any]:
    """The texts one after another, each checked. Raises TypeError immediately for anything but an iterable of texts.

    A string is refused, because its characters are texts, too. Args: or_paths, whether paths may be among them.
    """
    if isinstance(texts, str | bytes) or not isinstance(texts, Iterable):
        raise TypeError(f"expected several texts (an iterable of str), got {type(texts).__name__}")
    return (one if or_paths and isinstance(one, Path) else checked_text(one) for one in texts)


class ScoredText(str):
    """A text that a model wrote: a string with its log-probability."""

    log_prob: float
    """ln P of the text."""

    def __new__(cls, text: str, log_prob: float) -> Self:
        """Args: log_prob, ln P of the text."""
        made = super().__new__(cls, text)
        made.log_prob = log_prob
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return ScoredText, (str(self), self.log_prob)
