"""Segmenters of raw text: the contract, and a segmenter by rules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from seqkit.examples import RawText, Sentence
from seqkit.text.words import sentences_from, splitter


class Segmenter(ABC):
    """Splits running text into sentences and words."""

    @abstractmethod
    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Yield the sentences of running text, in order, in bounded memory.

        The result does not depend on where a reader divided the text. The `before` of each sentence, its words (written
        forms of multiword tokens) and its spaces, concatenated, are the document; no word is white space.
        """

    @property
    def note(self) -> str:
        """A note for the user on how text is split, or ""."""
        return ""


class RuleSegmenter(Segmenter):
    """spaCy's rules for words, and one rule for sentences of all languages."""

    def __init__(self, language: str) -> None:
        self.language = language

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        return sentences_from(stretches, self.language)

    @property
    def note(self) -> str:
        return splitter(self.language).note
