"""Facts of the training sentences: words and classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from seqkit.io.json_files import read_json, write_json
from seqkit.text.piece_lines import one_line

UNKNOWN, FIRST = 1, 2
"""Ids of an unknown word and of the first known one; 0 is padding."""


@dataclass
class ClassifierFacts:
    """Words and classes by id."""

    words: list[str]
    classes: list[str]
    lowercase: bool
    language: str = "xx"
    silver: str | None = None

    def __post_init__(self) -> None:
        self._ids = {word: number for number, word in enumerate(self.words, FIRST)}

    @classmethod
    def gather(cls, examples: Sequence[Any], options: Any) -> Self:
        """Args: options, the task's."""
        counts = Counter(word for one in examples for word in split(one.text, options.lowercase))
        words = sorted(word for word, count in counts.items() if count >= options.rare_words)
        return cls(words, sorted({one.label for one in examples}), options.lowercase)

    def ids(self, text: str) -> list[int]:
        """The words of a sentence; an empty one has one unknown word."""
        return [self._ids.get(word, UNKNOWN) for word in split(text, self.lowercase)] or [UNKNOWN]

    def save(self, folder: Path) -> None:
        """Write `classes.json`."""
        write_json(
            folder / "classes.json",
            {"words": self.words, "classes": self.classes, "lowercase": self.lowercase},
        )

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote."""
        return cls(**read_json(folder / "classes.json"))


def split(text: str, lowercase: bool) -> list[str]:
    """The words between spaces."""
    line = one_line(text)
    return (line.lower() if lowercase else line).split()
