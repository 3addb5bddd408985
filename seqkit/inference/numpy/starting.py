"""Models that answer a short input in numpy and load torch when more comes.

Importing torch takes longer than all else that a short input needs. Labels are those of the torch form, so they do not
depend on which of the two gave them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from seqkit.examples import Sentence
from seqkit.inference.batching import Ranked
from seqkit.inference.numpy.tagger import NumpyTagger

if TYPE_CHECKING:
    from seqkit.inference.tagger import TaggerRunner

SHORT_WORDS = 2_000
"""Words of a text that are tagged in numpy: it needs as long for them as torch to be imported, or less."""


class StartingTagger:
    """A tagger, as `TaggerRunner` is, for one stream of sentences: the first words in numpy, the others in torch."""

    def __init__(
        self,
        small: NumpyTagger,
        load: Callable[[], TaggerRunner],
        inference_dtype: str = "",
        source: str = "",
    ) -> None:
        """Args: load, makes the same tagger in torch; inference_dtype, as it was asked for; source, the name or folder
        that the model was loaded from.
        """
        self.facts, self.inference_dtype, self.source = small.facts, inference_dtype, source
        self._small, self._load = small, load
        self._large: TaggerRunner | None = None
        self._words = 0

    def predict(self, sentences: Sequence[Sentence], kinds: Sequence[str]) -> list[dict[str, list[str]]]:
        """As `TaggerRunner.predict`."""
        if self._is_short(sentences):
            return self._small.predict(sentences, kinds)
        return self._torch().predict(sentences, kinds)

    def predict_top(self, sentences: Sequence[Sentence], top: int) -> list[dict[str, list[Ranked]]]:
        """As `TaggerRunner.predict_top`; the last digits of probabilities may differ from torch's."""
        if self._is_short(sentences):
            return self._small.predict_top(sentences, top)
        return self._torch().predict_top(sentences, top)

    def _is_short(self, sentences: Sequence[Sentence]) -> bool:
        """Whether the stream is still short with these sentences."""
        self._words += sum(len(sentence.words) for sentence in sentences)
        return self._large is None and self._words <= SHORT_WORDS

    def _torch(self) -> TaggerRunner:
        if self._large is None:
            self._large = self._load()
        return self._large
