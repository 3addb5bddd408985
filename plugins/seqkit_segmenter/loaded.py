"""Segmenters in the Python API: `seqkit.load("runs/segmenter").segment(text)`."""

from __future__ import annotations

from seqkit.examples import Sentence
from seqkit.tasks.loaded import LoadedModel


class LoadedSegmenter(LoadedModel):
    """A trained segmenter."""

    def segment(self, text: str) -> list[Sentence]:
        """Split a text into sentences with `words`; `before`, words and `spaces` concatenated are the text."""
        request = self.request({})
        items = list(self._items([text], request))
        for item in items:
            item.document = None  # a single text needs no name
        return [sentence for found in self._outputs(items, request) for sentence in found]
