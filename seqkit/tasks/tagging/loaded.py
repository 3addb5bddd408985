"""A tagger in Python: `seqkit.load("en-tagger").tag(text)`. Imports no torch until there is more than a short text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.io.segment import Segment
from seqkit.tasks.application import ApplyRequest, chunks
from seqkit.tasks.loaded import LoadedModel
from seqkit.tasks.option_types import with_checked_options
from seqkit.tasks.python_values import checked_text
from seqkit.tasks.sentence_files import LIMITS, read_items, size_of
from seqkit.tasks.tagging.application import tag_chunk
from seqkit.tasks.tagging.loading import starting_tagger

if TYPE_CHECKING:
    from seqkit.inference.numpy.starting import StartingTagger
    from seqkit.inference.tagger import TaggerRunner


class Sentences(list[Sentence]):
    """The tagged sentences of a text. A notebook shows their words in colours, with the tags above them."""

    @overload
    def __getitem__(self, place: SupportsIndex) -> Sentence: ...
    @overload
    def __getitem__(self, place: slice) -> Sentences: ...
    def __getitem__(self, place: SupportsIndex | slice) -> Sentence | Sentences:
        """A sentence, or several, which are shown in the same way."""
        return (
            Sentences(super().__getitem__(place)) if isinstance(place, slice) else super().__getitem__(place)
        )

    def _repr_html_(self) -> str:
        from seqkit.formats.html import fragment

        return fragment(self)


class LoadedTagger(LoadedModel):
    """A trained tagger."""

    @with_checked_options
    def tag(
        self,
        text: str,
        *,
        lang: str = "",
        segmenter: str = "",
        label: str = "",
        probabilities: bool = False,
        top: int = 0,
        pretokenized: bool = False,
    ) -> Sentences:
        """The sentences of a text, each with its `words` and `labels` (kind -> one label a word).

        Args: as the options of `seqkit tag`: lang, language code of the text; segmenter, what splits it, a segmenter's
        name or folder, or `spacy` for rules; label, only these kinds of label, separated by commas; probabilities, also
        give `ranked`, kind -> for each word its best label with its probability; top, so many of the best;
        pretokenized, one sentence a line, words separated by spaces. Raises SeqkitError, TypeError for no text.
        """
        given = {"lang": lang, "segmenter": segmenter, "label": label, "probabilities": probabilities}
        request = self.request({**given, "top": top, "pretokenized": pretokenized})
        return self._together(list(self._outputs(_items_in(checked_text(text), 1, None, request), request)))

    @cached_property
    def _starting(self) -> TaggerRunner | StartingTagger:
        return starting_tagger(self.name, self.inference_dtype)

    def _items(self, inputs: Iterable[str | Path], request: ApplyRequest, first: int = 1) -> Iterator[Any]:
        for number, one in enumerate(inputs, first):
            if isinstance(one, Path):
                yield from read_items(str(one), request, RecordErrors(), request.options.pretokenized)
            else:
                yield from _items_in(one, number, f"text {number}", request)

    def _outputs(self, items: Iterable[Any], request: ApplyRequest) -> Iterator[list[Sentence]]:
        for chunk in chunks(items, LIMITS, size_of):
            yield from tag_chunk(self._starting, chunk, request)

    def _together(self, outputs: Sequence[list[Sentence]]) -> Sentences:
        return Sentences(sentence for output in outputs for sentence in output)


def _items_in(text: str, number: int, document: str | None, request: ApplyRequest) -> Iterator[Any]:
    """A text as it is, or its lines. Args: document, its name if it is one of several texts."""
    if request.options.pretokenized:
        return read_items(Segment("text", text.encode(), number), request, RecordErrors(), True)
    return iter([RawText(text, SourceLocation("text", number), document=document)])
