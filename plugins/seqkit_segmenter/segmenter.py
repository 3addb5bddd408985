"""Run a segmenter over streams of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import torch

from seqkit.examples import RawText, Sentence
from seqkit.nn.bfloat16 import products_in
from seqkit.text.paragraphs import Paragraph, paragraphs
from seqkit.text.segmenters import Segmenter
from seqkit_segmenter.decode import NEVER, Labels, sentences_of
from seqkit_segmenter.features import Seen
from seqkit_segmenter.model import LABELS, SegmenterModel, TextBatch, text_batch
from seqkit_segmenter.windows import Window, windows_of

CHUNK = 32_768
"""Characters that are segmented together."""
ROWS = 32
"""Windows a batch."""


class _Piece(NamedTuple):
    """A window of one of the texts that are segmented together."""

    text: int
    window: Window
    seen: Seen


class LearntSegmenter(Segmenter):
    """A trained segmenter."""

    def __init__(self, model: SegmenterModel, inference_dtype: str = "") -> None:
        self.model = model.eval()
        self.inference_dtype = inference_dtype or model.inference_dtype

    @property
    def language(self) -> str:
        """Of the text that it learnt from."""
        return self.model.facts.language

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Words and sentences of running text, a chunk of paragraphs at a time."""
        for chunk in _chunks(paragraphs(stretches)):
            texts = [paragraph.text.strip() for paragraph in chunk]
            for paragraph, labels in zip(chunk, self.labels(texts), strict=True):
                yield from sentences_of(paragraph, labels, self.model.facts)

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        """The network's answer for texts that begin and end with a character that is no white space."""
        see = self.model.facts.alphabet.see
        pieces = [
            _Piece(number, window, see(text[window.start : window.end]))
            for number, text in enumerate(texts)
            for window in windows_of(text)
        ]
        found = [_nothing(len(text)) for text in texts]
        pieces.sort(key=lambda piece: piece.window.end - piece.window.start)
        was_training = self.model.training
        self.model.eval()
        with torch.inference_mode(), products_in(self.inference_dtype):
            for first in range(0, len(pieces), ROWS):
                self._add(pieces[first : first + ROWS], found)
        self.model.train(was_training)
        return found

    def _add(self, pieces: Sequence[_Piece], found: Sequence[Labels]) -> None:
        """Put the labels of some windows' cores into their place."""
        device = self.model.threshold.device
        batch = TextBatch(*(part.to(device) for part in text_batch([piece.seen for piece in pieces])))
        ends_BTL, stops_BK = (logits.float().cpu().numpy() for logits in self.model(batch))
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
    """Paragraphs, about CHUNK characters together; fewer where the input pauses."""
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
