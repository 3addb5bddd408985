"""A tagger in Python: `seqkit.load("en-tagger").tag(text)`. Imports no torch until there is more than a short text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import SupportsIndex, overload

from seqkit.examples import Sentence
from seqkit.tasks.loaded import LoadedModel
from seqkit.tasks.option_types import with_checked_options


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
        items = list(self._items([text], request))
        for item in items:
            item.document = None  # a single text needs no name
        return self._together(list(self._outputs(items, request)))

    def _together(self, outputs: Sequence[list[Sentence]]) -> Sentences:
        return Sentences(sentence for output in outputs for sentence in output)
