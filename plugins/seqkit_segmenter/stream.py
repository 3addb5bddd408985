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

CHUNK = 32_768
"""Number of characters that are segmented together."""
ROWS = 32
"""Windows per batch."""


class _Piece(NamedTuple):
    """A window of one of the texts that are segmented together."""

    text: int
    window: Window
    seen: Seen


class StreamSegmenter(Segmenter):
    """A trained segmenter over streams; subclasses compute the network."""

    facts: SegmenterFacts

    @property
    def language(self) -> str:
        """The language of the training data."""
        return self.facts.language

    @abstractmethod
    def answers(self, seen: Sequence[Seen]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Compute the logits ends_BTL and stops_BK of a batch of windows."""

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Yield the sentences of running text, processed in chunks of paragraphs."""
        for chunk in _chunks(paragraphs(stretches)):
            texts = [paragraph.text.strip() for paragraph in chunk]
            for paragraph, labels in zip(chunk, self.labels(texts), strict=True):
                yield from sentences_of(paragraph, labels, self.facts)

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        """The network's output for texts that begin and end with a non-space character."""
        see = self.facts.alphabet.see
        pieces = [
            _Piece(number, window, see(text[window.start : window.end]))
            for number, text in enumerate(texts)
            for window in windows_of(text)
        ]
        found = [_nothing(len(text)) for text in texts]
        pieces.sort(key=lambda piece: piece.window.end - piece.window.start)
        for first in range(0, len(pieces), ROWS):
            self._add(pieces[first : first + ROWS], found)
        return found

    def _add(self, pieces: Sequence[_Piece], found: Sequence[Labels]) -> None:
        """Copy the labels of the windows' cores to the labels of their texts."""
        ends_BTL, stops_BK = self.answers([piece.seen for piece in pieces])
        for row, (text, window, seen) in enumerate(pieces):
            core = slice(window.core_start - window.start, window.core_end - window.start)
            found[text].ends_TL[window.core_start : window.core_end] = ends_BTL[row, core]
            inside = (seen.places_K >= core.start) & (seen.places_K < core.stop)
            places = seen.places_K[inside] + window.start
            found[text].stops_T[places] = stops_BK[row, : len(inside)][inside]


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
