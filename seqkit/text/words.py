"""Raw text to words and sentences, with nothing lost: `before` + words + spaces = the text, exactly."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.text.boundaries import sentence_starts
from seqkit.text.paragraphs import Paragraph, paragraphs
from seqkit.text.token_cache import Runs, Words, remembers, split_words

ANY_LANGUAGE = "xx"
"""spaCy's name for rules that suit no language in particular."""

MAX_WORDS = 500
"""A longer sentence is cut, after punctuation where there is some."""
# Every new word stays in spaCy's string store. Its memory zones free them, but halve the speed; starting
# afresh costs 0.1 s.
_MAX_STRINGS = 200_000
_ENOUGH = 10_000
"""Characters after which runs are remembered: to prepare for it takes as long as to split a thousand words."""

Split = Callable[[str], Words]


def tokenizer(language: str) -> tuple[Any, str]:
    """spaCy's tokenizer for a language code, and a note for the user (empty where there is nothing to say).

    Languages that spaCy does not know, or splits only with a package that is not installed, get the rules
    of `xx`, and the note says so. Chinese is split into characters, as spaCy does without a segmenter.
    """
    if re.fullmatch("[a-z]{2,3}", language):
        try:
            return _rules(language), ""
        except ImportError as error:
            reason = "unknown to spaCy" if "E048" in str(error) else "spaCy needs another package for it"
    else:
        reason = "not a language code such as 'en'"
    note = f"language '{language}': {reason}; words are split by the general rules ('{ANY_LANGUAGE}')"
    return _rules(ANY_LANGUAGE), note


def _rules(language: str) -> Any:
    """spaCy's tokenizer. Raises ImportError where spaCy has none, or needs another package for it."""
    import spacy

    pipeline: Any = spacy.blank(language)
    # Features of every new word, such as its shape, which nobody asks for here: a third of the time.
    pipeline.vocab.lex_attr_getters = {}
    return pipeline.tokenizer


def abbreviations(tokenizer: Any) -> frozenset[str]:
    """Words that end in a dot, as a tokenizer's rules list them."""
    rules = getattr(tokenizer, "rules", None) or {}
    return frozenset(form for form in rules if form[-1] == "." and any(letter.isalpha() for letter in form))


class Splitter:
    """Splits text by the rules of a language; keeps spaCy's memory in bounds."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._tokenizer, self.note = tokenizer(language)
        self.abbreviations = abbreviations(self._tokenizer)
        self._runs: Runs | None = None
        self._characters = 0

    def __call__(self, text: str) -> Words:
        """As `split_words`."""
        if len(self._tokenizer.vocab.strings) > _MAX_STRINGS:
            self._tokenizer, _ = tokenizer(self.language)
            self._runs, self._characters = None, 0
        if self._runs is not None:
            return self._runs(text)
        self._characters += len(text)
        if self._characters > _ENOUGH and remembers(self._tokenizer):
            self._runs = Runs(self._tokenizer)
        return split_words(self._tokenizer, text)


@cache
def splitter(language: str) -> Splitter:
    """The splitter of a language; made once, as spaCy takes 0.1 s and more to compile the rules."""
    return Splitter(language)


def sentences_from(stretches: Iterable[RawText], language: str) -> Iterator[Sentence]:
    """Words and sentences of running text, one sentence at a time.

    Where the reader cut the text into stretches changes nothing. White space before the first word of a
    document is in its first sentence's `before`; a document without a word gives no sentence. Memory is
    bounded by the longest stretch, `MAX_PARAGRAPH` and `MAX_WORDS`.
    """
    split = splitter(language)
    for paragraph in paragraphs(stretches):
        yield from split_paragraph(paragraph, split, split.abbreviations)


def split_paragraph(paragraph: Paragraph, split: Split, abbreviations: Collection[str]) -> Iterator[Sentence]:
    """The sentences of a paragraph, words split by `split`."""
    text = paragraph.text
    margin = len(text) - len(text.lstrip())
    starts = sentence_starts(text[margin:], abbreviations)
    cuts = [0, *(start + margin for start in starts), len(text)]
    line, counted, document = paragraph.line, 0, paragraph.document
    for start, end in pairwise(cuts):
        before, words, spaces = split(text[start:end])
        for part in _parts(words):
            first = start + len(before)
            line, counted = line + text.count("\n", counted, first), first
            where, offset = SourceLocation(paragraph.path, line), paragraph.offset + start
            yield Sentence(words[part], {}, spaces[part], [], before, offset, document, where)
            start += sum(map(len, words[part])) + sum(map(len, spaces[part])) + len(before)
            before, document = "", None


def _parts(words: list[str]) -> Iterator[slice]:
    """Slices of at most `MAX_WORDS` words, that end after punctuation where the second half has some."""
    start = 0
    while len(words) - start > MAX_WORDS:
        cut = start + MAX_WORDS
        for end in range(cut, start + MAX_WORDS // 2, -1):
            if not any(letter.isalnum() for letter in words[end - 1]):
                cut = end
                break
        yield slice(start, cut)
        start = cut
    yield slice(start, len(words))
