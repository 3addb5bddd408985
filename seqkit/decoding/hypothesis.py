"""Hypotheses: the outputs of a search. Imports no torch."""

from __future__ import annotations

from typing import NamedTuple


class Hypothesis(NamedTuple):
    """An output of a search."""

    symbols: list[int]
    """Symbols without the end symbol."""
    log_prob: float
    """log P(symbols, end | source)."""
    score: float
    """Ranking score: log_prob / length ** length_penalty, where the length includes the end symbol."""


def finished(row: list[int], log_prob: float, end: int, length_penalty: float) -> Hypothesis:
    """Make a hypothesis of the symbols of a row up to its end."""
    length = row.index(end)
    return Hypothesis(row[:length], log_prob, log_prob / (length + 1) ** length_penalty)
