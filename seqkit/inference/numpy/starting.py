"""Models that process short input in numpy and load torch for longer input.

Importing torch takes longer than the rest of the work on a short input. The labels equal those of the torch form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from seqkit.decoding.options import DecodingOptions
from seqkit.examples import Sentence
from seqkit.inference.batching import Ranked

if TYPE_CHECKING:
    from seqkit.inference.numpy.tagger import NumpyTagger
    from seqkit.inference.numpy.translator import NumpyEncoder, NumpyTranslator
    from seqkit.inference.tagger import TaggerRunner

SHORT_WORDS = 2_000
"""Maximum words that are tagged in numpy: this takes no longer than importing torch."""
SHORT_LINES, SHORT_CHARACTERS = 20, 2_000
"""Maximum lines, and characters of all lines, that are translated in numpy."""


class StartingTagger:
    """A tagger like `TaggerRunner` for one stream of sentences: the first words in numpy, the others in torch."""

    def __init__(
        self,
        small: NumpyTagger,
        load: Callable[[], TaggerRunner],
        inference_dtype: str = "",
        source: str = "",
    ) -> None:
        """Args: load, makes the same tagger in torch; inference_dtype, as on the command line; source, the name or
        folder of the model.
        """
        self.facts, self.inference_dtype, self.source = small.facts, inference_dtype, source
        self._small, self._load = small, load
        self._large: TaggerRunner | None = None
        self._words = 0

    @property
    def in_numpy(self) -> bool:
        """Whether the stream is still short."""
        return self._large is None

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


class StartingTranslator:
    """A translator for one stream of lines: in numpy if the stream is short, else in torch."""

    def __init__(self, small: NumpyTranslator, load: Callable[[], Sequence[Any]]) -> None:
        """Args: load, makes the same model in torch, as a sequence of one."""
        self._small, self._load = small, load
        self._large: Sequence[Any] = ()
        self._lines = self._characters = 0

    @property
    def encoders(self) -> Mapping[str, NumpyEncoder]:
        """Modality -> its encoder."""
        return self._small.encoders

    @property
    def decoder_name(self) -> str:
        """Modality of its output."""
        return str(self._small.options.decoder)

    def models(self, sources: Sequence[Mapping[str, Any] | None], options: DecodingOptions) -> Sequence[Any]:
        """The models for a chunk of the stream."""
        alike = options.draws == 0 and options.n_best == 1
        alike = alike and not options.coverage_penalty and not options.agreement
        if not self._large and self._short(sources) and alike:
            return [self._small]
        self._large = self._large or self._load()
        return self._large

    def _short(self, sources: Sequence[Mapping[str, Any] | None]) -> bool:
        """Whether the stream is still short with these sources."""
        self._lines += len(sources)
        self._characters += sum(len(str(value)) for source in sources for value in (source or {}).values())
        return self._lines <= SHORT_LINES and self._characters <= SHORT_CHARACTERS
