"""Statistics of parallel text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seqkit.data.catalogue import find_corpus
from seqkit.data.pair_sides import check_side, names_pair_files, sides_of
from seqkit.data.pairs import read_rows
from seqkit.examples import RecordErrors
from seqkit.formats.parallel import GENERIC, Row


@dataclass
class SideStatistics:
    """Statistics of one side of a split. Words are separated by spaces."""

    words: int = 0
    distinct_words: int = 0
    characters: int = 0
    longest: int = 0
    """Number of characters of the longest line."""
    empty: int = 0
    """Number of lines without text."""


@dataclass(frozen=True)
class PairStatistics:
    """Statistics of one split."""

    lines: int
    sides: dict[str, SideStatistics]
    length_ratio: dict[str, float]
    """Side -> its characters per character of the first side."""


def measure_pairs(data: str, sides: tuple[str, str], problems: RecordErrors) -> dict[str, PairStatistics]:
    """Compute statistics of each split of a corpus with all its sides, or of files.

    Empty and long lines are included. Args: sides, names of the sides of files, or ("", ""). Raises SeqkitError as
    `read_rows` does, and for files with only one named side.
    """
    if names_pair_files(data):
        sides = sides_of(data, *sides)
        return {
            "file": _counted(
                read_rows(data, "", sides, problems), [a or b for a, b in zip(sides, GENERIC, strict=True)]
            )
        }
    spec = find_corpus(data)
    for side in filter(None, sides):
        check_side(spec, side)
    return {
        split: _counted(read_rows(data, split, spec.sides, problems), spec.sides) for split in spec.splits
    }


def _counted(rows: Iterable[Row], names: Sequence[str]) -> PairStatistics:
    sides = [SideStatistics() for _ in names]
    seen: list[set[str]] = [set() for _ in names]
    lines = 0
    for _, texts in rows:
        lines += 1
        for side, words_seen, text in zip(sides, seen, texts, strict=True):
            words = text.split()
            words_seen.update(words)
            side.words += len(words)
            side.characters += len(text)
            side.longest = max(side.longest, len(text))
            side.empty += not words
    for side, words_seen in zip(sides, seen, strict=True):
        side.distinct_words = len(words_seen)
    first = max(sides[0].characters, 1)
    ratios = {name: side.characters / first for name, side in zip(names, sides, strict=True)}
    return PairStatistics(lines, dict(zip(names, sides, strict=True)), ratios)
