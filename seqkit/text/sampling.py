"""Sampled segmentations (subword regularisation, Kudo 2018).

SentencePiece's sampler is not reproducible across processes, but a resumed run must sample the same segmentations as an
uninterrupted one. Therefore this module builds the lattice of a word's segmentations itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

UNKNOWN_PENALTY = 10.0
"""Penalty of an unknown character relative to the least likely piece, in log-probability, as in SentencePiece."""
FLAT_SCORE = -7.0
"""Log-probability of every piece of a model without probabilities (BPE)."""


class Pieces:
    """The pieces of a model, with id and log-probability of each, and their bounds."""

    def __init__(self, ids: dict[str, tuple[int, float]], unknown: int, bytes: Sequence[int] = ()) -> None:
        """Args: unknown, the piece for characters of no other piece; bytes, the 256 pieces that spell them."""
        self.ids, self.unknown, self.bytes = ids, unknown, bytes
        self.longest = max(map(len, ids), default=1)
        self.unknown_score = min((score for _, score in ids.values()), default=0.0) - UNKNOWN_PENALTY


class Edge(NamedTuple):
    """A piece that may end a prefix of the text."""

    start: int
    piece: int
    weight: float
    """log of (all segmentations before it, summed) + alpha * log P(piece)."""


class Lattice:
    """All segmentations of one text into pieces, each weighted by P ** alpha.

    Forward: a_j = log Σ_i exp(a_i + alpha log P(x_i:j)). Sampling walks back from the end.
    """

    def __init__(self, text: str, pieces: Pieces, alpha: float) -> None:
        total = [0.0]
        self.edges: list[list[Edge]] = [[]]
        for end in range(1, len(text) + 1):
            edges = []
            for start in range(max(0, end - pieces.longest), end):
                found = pieces.ids.get(text[start:end])
                if found is not None:
                    edges.append(Edge(start, found[0], total[start] + alpha * found[1]))
            if not any(edge.start == end - 1 for edge in edges):
                edges.append(Edge(end - 1, pieces.unknown, total[end - 1] + alpha * pieces.unknown_score))
            self.edges.append(edges)
            total.append(_log_sum([edge.weight for edge in edges]))
        self.total, self.pieces, self.text = total, pieces, text

    def draw(self, random: Random) -> list[int]:
        """Sample a segmentation as piece ids.

        Unknown characters become bytes; without byte pieces, consecutive ones become one unknown piece.
        """
        ids: list[int] = []
        end = len(self.edges) - 1
        while end:
            threshold, edges = random.random(), self.edges[end]
            for edge in edges:
                threshold -= math.exp(edge.weight - self.total[end])
                if threshold <= 0:
                    break
            unknown = edge.piece == self.pieces.unknown
            if unknown and self.pieces.bytes:
                ids += [self.pieces.bytes[byte] for byte in reversed(self.text[edge.start : end].encode())]
            elif not (unknown and ids and ids[-1] == edge.piece):
                ids.append(edge.piece)
            end = edge.start
        return ids[::-1]


def _log_sum(weights: Sequence[float]) -> float:
    highest = max(weights)
    return highest + math.log(sum(math.exp(weight - highest) for weight in weights))
