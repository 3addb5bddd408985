"""Block loops: three symbols in a row that an output repeats more often than its source repeats any three.

Imports no torch: the search in numpy blocks loops, too. Shapes: B sources, N rows of a search, T steps, V symbols.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

LENGTH = 3
"""Symbols of the n-grams that are counted."""


def most_repeated(symbols: Sequence[int]) -> int:
    """How often the most frequent three symbols in a row occur; at least 1."""
    if len(symbols) <= LENGTH:
        return 1
    return max(Counter(zip(symbols, symbols[1:], symbols[2:], strict=False)).values())


def limits_of(sources: Iterable[Sequence[int]], repeats: int) -> list[int]:
    """How often each output may have the same three symbols. Args: repeats, how much more often than its source."""
    return [most_repeated(source) + repeats for source in sources]


def ban_loops(log_p_NV: Any, symbols_NT: Any, limits_N: Sequence[int]) -> None:
    """Set log P of each symbol that would exceed its row's limit to -inf, in place; for tensors and numpy arrays."""
    steps = symbols_NT.shape[1]
    if steps <= LENGTH:
        return
    first_NT, second_NT, third_NT = symbols_NT[:, :-2], symbols_NT[:, 1:-1], symbols_NT[:, 2:]
    same_NT = (first_NT == symbols_NT[:, -2:-1]) & (second_NT == symbols_NT[:, -1:])
    # Hardly ever have the last two symbols of a row occurred together so often.
    for row, count in enumerate(same_NT.sum(1).tolist()):
        if count >= limits_N[row]:
            followers = Counter(third_NT[row][same_NT[row]].tolist())
            banned = [symbol for symbol, count in followers.items() if count >= limits_N[row]]
            log_p_NV[row, banned] = -math.inf
