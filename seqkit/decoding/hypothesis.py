"""What a search finds. Imports no torch."""

from __future__ import annotations

from typing import NamedTuple


class Hypothesis(NamedTuple):
    """One output of a search."""

    symbols: list[int]
    """Without the end."""
    log_prob: float
    """log P(symbols, end | source)."""
    score: float
    """log_prob / length ** length_penalty, the end counted: what hypotheses are ranked by."""


def finished(row: list[int], log_prob: float, end: int, length_penalty: float) -> Hypothesis:
    """A row of symbols up to its end."""
    length = row.index(end)
    return Hypothesis(row[:length], log_prob, log_prob / (length + 1) ** length_penalty)
