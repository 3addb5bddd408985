"""Word and character error rate: edits (Levenshtein 1966) for each word or character of the reference."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

from rapidfuzz.distance import Levenshtein

from seqkit.text.piece_lines import one_line


def edits(output: Sequence[Hashable], reference: Sequence[Hashable]) -> int:
    """Edit distance: fewest insertions, deletions and substitutions between two sequences."""
    return Levenshtein.distance(output, reference)


def words(text: str) -> list[str]:
    """Split a text at white space, with characters composed (NFC), as the text decoder writes."""
    return one_line(text).split()


def characters(text: str) -> list[str]:
    """Characters of a text, composed (NFC), with runs of white space as one space and none at the ends."""
    return list(one_line(text))


def rate(
    outputs: Sequence[str], references: Sequence[str], units: Callable[[str], list[str]]
) -> tuple[int, int]:
    """Edits, and units of the references, over a whole corpus."""
    cut = [(units(output), units(reference)) for output, reference in zip(outputs, references, strict=True)]
    return sum(edits(mine, theirs) for mine, theirs in cut), sum(len(theirs) for _, theirs in cut)


def exact_matches(outputs: Sequence[str], references: Sequence[str]) -> int:
    """Number of outputs that equal their reference up to white space and Unicode composition."""
    return sum(
        one_line(output) == one_line(reference) for output, reference in zip(outputs, references, strict=True)
    )
