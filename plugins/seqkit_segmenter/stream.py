"""Apply a segmenter to streams of text, independent of how labels are computed. Imports no torch."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit.examples import RawText, Sentence
from seqkit.text.paragraphs import Paragraph, paragraphs
from seqkit.text.segmenters import Segmenter
from seqkit_segmenter.decode import LABELS, NEVER, Labels, sentences_of
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.features import Seen
from seqkit_segmenter.windows import Window, windows_of

CHUNK = 65_536
"""Number of characters that are segmented together."""
ROWS = 32
"""Windows per batch."""


class _Piece(NamedTuple):
    """A window of one of the texts that are segmented together."""

    text: int
    window: Window
    seen: Seen


class Logits(NamedTuple):
    """The network's output for a window."""

    ends_TL: NDArray[np.float32]
    stops_K: NDArray[np.float32]

    def margin(self, white_T: NDArray[np.bool_]) -> float:
        """How far the nearest decision is from another one. Args: white_T, characters without a label."""
        top_TL = np.sort(self.ends_TL[~white_T], axis=-1)
        nearest = (top_TL[:, -1] - top_TL[:, -2]).min(initial=np.inf)
        return float(min(nearest, np.abs(self.stops_K).min(initial=np.inf)))

    def distance(self, other: Logits) -> float:
        """The largest difference from other logits of the same window."""
        of_ends = np.abs(self.ends_TL - other.ends_TL).max(initial=0)
        return float(max(of_ends, np.abs(self.stops_K - other.stops_K).max(initial=0)))


class StreamSegmenter(Segmenter):
    """A trained segmenter over streams; subclasses compute the labels."""

    facts: SegmenterFacts

    @property
    def language(self) -> str:
        """The language of the training data."""
        return self.facts.language

    @abstractmethod
    def labels(self, texts: Sequence[str]) -> list[Labels]:
        """The network's output for texts that begin and end with a non-space character."""

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Yield the sentences of running text, processed in chunks of paragraphs."""
        for chunk in _chunks(paragraphs(stretches)):
            texts = [paragraph.text.strip() for paragraph in chunk]
            for paragraph, labels in zip(chunk, self.labels(texts), strict=True):
                yield from sentences_of(paragraph, labels, self.facts)


class WindowSegmenter(StreamSegmenter):
    """A segmenter that reads whole windows; subclasses compute the network."""

    @abstractmethod
    def answers(self, seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Compute the logits ends_BTL and stops_BK of a batch of windows."""

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        see = self.facts.alphabet.see
        pieces = [
            _Piece(number, window, see(text[window.start : window.end]))
            for number, text in enumerate(texts)
            for window in windows_of(text)
        ]
        found = [_nothing(len(text)) for text in texts]
        pieces.sort(key=lambda piece: piece.window.end - piece.window.start)
        for piece, logits in zip(pieces, self.logits([piece.seen for piece in pieces]), strict=True):
            _add(piece, logits, found[piece.text])
        return found

    def logits(self, seen: Sequence[Seen]) -> list[Logits]:
        """Compute the logits of windows, which are sorted by length, in batches of ROWS windows."""
        found = []
        for first in range(0, len(seen), ROWS):
            batch = seen[first : first + ROWS]
            ends_BTL, stops_BK = self.answers(batch)
            found += [
                Logits(ends_BTL[row, : len(one.chars_T)], stops_BK[row, : len(one.places_K)])
                for row, one in enumerate(batch)
            ]
        return found


def _add(piece: _Piece, logits: Logits, labels: Labels) -> None:
    """Copy the logits of a window's core to the labels of its text."""
    window, places_K = piece.window, piece.seen.places_K
    core = slice(window.core_start - window.start, window.core_end - window.start)
    labels.ends_TL[window.core_start : window.core_end] = logits.ends_TL[core]
    inside_K = (places_K >= core.start) & (places_K < core.stop)
    labels.stops_T[places_K[inside_K] + window.start] = logits.stops_K[inside_K]


def _nothing(size: int) -> Labels:
    ends_TL = np.zeros((size, LABELS), dtype=np.float32)
    return Labels(ends_TL, np.full(size, NEVER, dtype=np.float32))


def _chunks(stream: Iterable[Paragraph]) -> Iterator[list[Paragraph]]:
    """Yield groups of paragraphs of about CHUNK characters, or fewer if the input pauses."""
    chunk: list[Paragraph] = []
    size = 0
    for paragraph in stream:
        chunk.append(paragraph)
        size += len(paragraph.text)
        if size >= CHUNK or paragraph.last:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
