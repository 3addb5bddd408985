"""Predict codes of unknown words by their endings: successive abstraction (Brants 2000, "TnT", section 2.3).

P_n(code) = λ_n Q_n(code) + (1 - λ_n) P_{n-1}(code), where Q_n is the share of the codes among the known words with the
same last n characters, and λ_n = m / (m + 1) for m such words. Lower-case words and other words have separate
suffixes.

Shapes: C codes.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST = 7
"""Maximum characters of a suffix."""
UNSEEN = 1e-4
"""P_{-1}, the prior probability of any code."""
_Key = tuple[str, bool]


class SuffixCodes:
    """The distribution of codes by ending, for known words with one label of another kind."""

    def __init__(self, words: Iterable[tuple[str, Sequence[int]]]) -> None:
        """Count each code of each word once. Args: words, with the numbers of their codes."""
        self._counts: defaultdict[_Key, Counter[int]] = defaultdict(Counter)
        for word, codes in words:
            for key in _keys(word):
                self._counts[key].update(codes)

    def log_probabilities(self, word: str, count: int) -> NDArray[np.float64]:
        """ln P(code | ending), (C,). Args: count, of codes."""
        # Few codes occur with an ending: the others share one probability.
        others, p = UNSEEN, dict[int, float]()
        for key in _keys(word):
            seen = self._counts.get(key)
            if seen is None:
                break
            size = seen.total() + 1
            p = {code: (p.get(code, others) / size) + seen[code] / size for code in {*p, *seen}}
            others /= size
        p_C = np.full(count, others)
        p_C[list(p)] = list(p.values())
        return np.log(p_C)


def _keys(word: str) -> Iterable[_Key]:
    """The endings of a word, the shortest first. All digits are mapped to one."""
    small, text = word.islower(), re.sub(r"\d", "0", word.lower())
    return ((text[len(text) - size :], small) for size in range(min(LONGEST, len(text)) + 1))
