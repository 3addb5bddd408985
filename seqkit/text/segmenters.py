"""From raw text to sentences: the contract, and the rules that need no training."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator

from seqkit.examples import RawText, Sentence
from seqkit.text.words import sentences_from, splitter


class Segmenter(ABC):
    """Splits running text into sentences and words."""

    @abstractmethod
    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """The sentences of text, in order, in bounded memory.

        Where a reader cut the text into stretches changes nothing. The `before` of each sentence, its words (of a
        multiword token the written form) and its spaces, one after another, are the document; no word is white space.
        """

    @property
    def note(self) -> str:
        """A remark for the user on how text is split; empty where there is nothing to say."""
        return ""


class RuleSegmenter(Segmenter):
    """spaCy's tokenizer of a language, and one rule for sentences of any language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def sentences(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        return sentences_from(stretches, self.language)

    @property
    def note(self) -> str:
        return splitter(self.language).note
