"""The symbols that the targets of the training split consist of. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

from seqkit.errors import SeqkitError
from seqkit.examples import Pair
from seqkit.models.json_facts import JsonFacts


@dataclass
class VocabularyFacts(JsonFacts):
    """The symbols of a `VocabularyDecoder`: by default the characters of lines of text.

    A subclass for other symbols overrides `cut` and `join_symbols`, and sets `FILE`.
    """

    FILE: ClassVar[Path | str] = Path("vocabulary") / "symbols.json"
    symbols: list[str]
    """Without the end."""
    longest: int
    """Symbols of the longest training target, the end included."""

    @classmethod
    def cut(cls, target: Any) -> list[str]:
        """The symbols of a target, as text."""
        return list(target)

    @classmethod
    def join_symbols(cls, symbols: Sequence[str]) -> Any:
        """The output that symbols make."""
        return "".join(symbols)

    @classmethod
    def gather(cls, pairs: Sequence[Pair], options: Any, encoders: Mapping[str, Any]) -> Self:
        """Collect the symbols of the training split. Raises SeqkitError if it has no targets."""
        cut = [cls.cut(pair.target) for pair in pairs if pair.target is not None]
        if not any(cut):
            raise SeqkitError("there is nothing to learn to write", "Give examples with targets.")
        return cls(sorted({one for row in cut for one in row}), 1 + max(map(len, cut)))
