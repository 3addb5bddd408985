"""Word and character error rate: edits (Levenshtein 1966) for each word or character of the reference.

Shapes: N outputs, S drawn corpora.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import NamedTuple

import numpy as np
from rapidfuzz.distance import Levenshtein

from seqkit.evaluation.resampling import drawn_rates, interval
from seqkit.text.piece_lines import one_line


class ErrorRate(NamedTuple):
    """Edits per unit of the reference, with its 95 % interval by bootstrap over outputs; 0.01 is 1 %."""

    edits: int
    length: int
    """Units of all references together."""
    low: float
    high: float

    @property
    def value(self) -> float:
        """The rate; edits where the references are empty count as one each."""
        return self.edits / max(self.length, 1)


def edits(output: Sequence[Hashable], reference: Sequence[Hashable]) -> int:
    """The fewest insertions, deletions and replacements that make one of the other."""
    return Levenshtein.distance(output, reference)


def words(text: str) -> list[str]:
    """What stands between white space, its characters composed (NFC): as the text decoder writes."""
    return one_line(text).split()


def characters(text: str) -> list[str]:
    """Every character, composed (NFC), runs of white space as one blank, none at the ends."""
    return list(one_line(text))


def rate(
    outputs: Sequence[str], references: Sequence[str], units: Callable[[str], list[str]]
) -> tuple[int, int]:
    """Edits, and units of the references, over a whole corpus."""
    cut = [(units(output), units(reference)) for output, reference in zip(outputs, references, strict=True)]
    return sum(edits(mine, theirs) for mine, theirs in cut), sum(len(theirs) for _, theirs in cut)


def error_rate(
    outputs: Sequence[str], references: Sequence[str], units: Callable[[str], list[str]]
) -> ErrorRate:
    """The rate of a corpus with its interval; the draws are seeded, and the same for words and characters."""
    edits_N = np.array([rate([o], [r], units)[0] for o, r in zip(outputs, references, strict=True)])
    lengths_N = np.array([len(units(reference)) for reference in references])
    (drawn_S,) = drawn_rates(edits_N[None], lengths_N)
    return ErrorRate(int(edits_N.sum()), int(lengths_N.sum()), *interval(drawn_S))


def exact_matches(outputs: Sequence[str], references: Sequence[str]) -> int:
    """Outputs that are their reference, but for white space and for how characters are composed."""
    return sum(
        one_line(output) == one_line(reference) for output, reference in zip(outputs, references, strict=True)
    )
