"""Divide sentences into batches of similar length, determined by the lengths alone.

Shapes: B segments of sentences, T words, S segments in all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from seqkit.examples import Sentence
from seqkit.models.contracts import MAX_STEPS
from seqkit.text.vocabulary import Ids

BATCH_WORDS = 2048
Ranked = list[tuple[str, float]]
"""Labels of one word with their probabilities, the most probable first."""
Answer = TypeVar("Answer")


class Batch(NamedTuple):
    """Segments of sentences that are read together, padded on the right."""

    rows_BT: Ids
    """Numbers of words, counted through all sentences; padding has the number after the last."""
    lengths_B: Ids | None
    """None: all have length T."""


def batches(lengths: Sequence[int], mixed: bool) -> Iterator[Batch]:
    """Yield batches of sentences of these lengths, the longest first, determined by the lengths alone.

    Args: mixed, whether segments of different lengths may share a batch. Then few shapes of batches occur in any text:
    each new shape costs a kernel time and memory.
    """
    start_S, length_S = _segments(lengths)
    order_S = np.argsort(-length_S, kind="stable")
    start_S, length_S = start_S[order_S], length_S[order_S]
    words, first = sum(lengths), 0
    while first < len(length_S):
        longest = int(length_S[first])
        after = first + max(1, BATCH_WORDS // longest)
        if not mixed:
            after = min(after, int(np.searchsorted(-length_S, -longest, "right")))
        yield _batch(start_S[first:after], length_S[first:after], words)
        first = after


def _batch(start_B: Ids, length_B: Ids, padding: int) -> Batch:
    step_T = np.arange(length_B[0])
    rows_BT = start_B[:, None] + step_T
    if length_B[0] == length_B[-1]:
        return Batch(rows_BT, None)
    rows_BT[step_T >= length_B[:, None]] = padding
    return Batch(rows_BT, length_B)


def _segments(lengths: Sequence[int]) -> tuple[Ids, Ids]:
    """First word and length of each segment. No segment has more words than a network reads at once."""
    ends = np.cumsum(lengths, dtype=np.int64).tolist()
    found = [
        (start, min(MAX_STEPS, end - start))
        for end, length in zip(ends, lengths, strict=True)
        for start in range(end - length, end, MAX_STEPS)
    ]
    start_S, length_S = np.array(found, dtype=np.int64).reshape(-1, 2).T
    return start_S, length_S


def by_sentence(
    sentences: Sequence[Sentence], answers: Mapping[str, list[Answer]]
) -> Iterator[dict[str, list[Answer]]]:
    """Labels of all words, divided by sentence."""
    first = 0
    for sentence in sentences:
        after = first + len(sentence.words)
        yield {kind: all_N[first:after] for kind, all_N in answers.items()}
        first = after
