"""Segmenters in the Python API: `seqkit.load("runs/segmenter").segment(text)`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from seqkit.config import fill
from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.tasks.loaded import LoadedModel, check_on_error
from seqkit.tasks.python_values import checked_text, checked_texts
from seqkit.tasks.segmenting import load_segmenter
from seqkit.text.segmenters import Segmenter


class LoadedSegmenter(LoadedModel):
    """A trained segmenter."""

    def segment(self, text: str) -> list[Sentence]:
        """Split a text into sentences with `words`; `before`, words and `spaces` concatenated are the text."""
        stretch = RawText(checked_text(text), SourceLocation("text", 1))
        return list(self._segmenter.sentences([stretch]))

    def pipe(
        self, texts: Iterable[str], *, on_error: str = "stop", **options: Any
    ) -> Iterator[list[Sentence]]:
        """Yield the sentences of each text of a stream, in order."""
        check_on_error(on_error)
        fill({}, options)
        return map(self.segment, checked_texts(texts))

    @cached_property
    def _segmenter(self) -> Segmenter:
        return load_segmenter(self.name)
