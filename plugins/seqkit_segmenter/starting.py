"""A segmenter that begins in numpy, without importing torch, and loads torch for the rest of a long text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

from seqkit import ModelSpec
from seqkit.examples import RawText, Sentence
from seqkit.inference.numpy.loading import opened
from seqkit.inference.numpy.weights import Weights
from seqkit.models.folder import model_info
from seqkit_segmenter.decode import Labels
from seqkit_segmenter.facts import SegmenterFacts
from seqkit_segmenter.numpy_run_segmenter import NumpyRunSegmenter
from seqkit_segmenter.numpy_segmenter import NumpySegmenter
from seqkit_segmenter.stream import StreamSegmenter

NETWORK = "seqkit_segmenter.model:SegmenterModel"
SHORT = 12_000
"""Maximum characters of a stream that are segmented in numpy: about 2,000 words."""


class StartingSegmenter(StreamSegmenter):
    """A segmenter that processes the beginning of a stream in numpy, and the rest of a long one in torch."""

    def __init__(self, small: StreamSegmenter, load: Callable[[], StreamSegmenter]) -> None:
        """Args: small, in numpy; load, function that loads the same segmenter in torch."""
        self.facts, self._small = small.facts, small
        self._load, self._read = load, 0
        self._large: StreamSegmenter | None = None

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        self._read = 0
        return super().sentences(stretches)

    def labels(self, texts: Sequence[str]) -> list[Labels]:
        self._read += sum(map(len, texts))
        if self._large is None and self._read <= SHORT:
            return self._small.labels(texts)
        self._large = self._large or self._load()
        return self._large.labels(texts)


def starting(name_or_folder: str) -> StartingSegmenter | None:
    """Load a segmenter by name or folder; None if a part of it has no numpy form. Raises as `load_model`."""

    def make(spec: ModelSpec, options: Any, facts: SegmenterFacts, weights: Weights) -> StartingSegmenter:
        form = NumpyRunSegmenter if options.char_context == "run" else NumpySegmenter
        return StartingSegmenter(form(options, facts, weights), partial(_in_torch, name_or_folder))

    return opened(model_info(name_or_folder), NETWORK, make)


def _in_torch(name_or_folder: str) -> StreamSegmenter:
    from seqkit_segmenter.task import SegmentationTask

    return SegmentationTask().load(name_or_folder)
