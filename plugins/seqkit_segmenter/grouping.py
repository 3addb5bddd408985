"""Divide runs of characters into groups of similar length, to be computed together with little padding."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence


def groups_of_similar_length(
    sizes: Sequence[int],
    longest: Callable[[int], int],
    most_runs: float = math.inf,
    most_chars: float = math.inf,
) -> Iterator[slice]:
    """Divide runs, sorted by length, into groups, each a range of places; a group has at least one run.

    Args: sizes, the lengths in ascending order; longest, the maximum length in a group by its shortest; most_runs,
    maximum runs in a group; most_chars, maximum characters of a group of several runs, with padding.
    """
    first = 0
    for after, size in enumerate(sizes):
        runs = after - first
        if runs and (size > longest(sizes[first]) or runs == most_runs or size * (runs + 1) > most_chars):
            yield slice(first, after)
            first = after
    if sizes:
        yield slice(first, len(sizes))
