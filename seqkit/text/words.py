"""Split raw text into words and sentences without loss: `before` + words + spaces = the text, exactly."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import pairwise
from typing import Any, Protocol

from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.text.boundaries import sentence_starts
from seqkit.text.paragraphs import Paragraph, paragraphs
from seqkit.text.rule_tokenizer import RuleTokenizer, rule_tokenizer
from seqkit.text.token_cache import Runs, Split, Words, split_words

ANY_LANGUAGE = "xx"
"""spaCy's code for language-independent rules."""

MAX_WORDS = 500
"""Maximum words of a sentence; a longer one is split, after punctuation if possible."""
# Every new word stays in spaCy's string store. Memory zones free them, but halve the speed; a new tokenizer
# costs 0.1 s.
_MAX_STRINGS = 200_000
_CODE = re.compile("[a-z]{2,3}")


def tokenizer(language: str) -> tuple[Any, str]:
    """spaCy's tokenizer for a language code, and a note for the user, or "".

    Languages that spaCy does not support, or supports only with a package that is not installed, get the rules
    of `xx`, and a note. Chinese is split into characters, as spaCy does without a segmenter.
    """
    if _CODE.fullmatch(language):
        try:
            return _rules(language), ""
        except ImportError as error:
            reason = "unknown to spaCy" if "E048" in str(error) else "spaCy needs another package for it"
    else:
        reason = "not a language code such as 'en'"
    note = f"language '{language}': {reason}; words are split by the general rules ('{ANY_LANGUAGE}')"
    return _rules(ANY_LANGUAGE), note


def _rules(language: str) -> Any:
    """spaCy's tokenizer. Raises ImportError if spaCy has none, or needs another package for it."""
    import spacy

    pipeline: Any = spacy.blank(language)
    # Lexical attributes of new words, such as their shape, are not used and would take a third of the time.
    pipeline.vocab.lex_attr_getters = {}
    return pipeline.tokenizer


def abbreviations(tokenizer: Any) -> frozenset[str]:
    """Words that end in a full stop in the rules of a spaCy tokenizer."""
    return short_forms(getattr(tokenizer, "rules", None) or ())


def short_forms(cases: Iterable[str]) -> frozenset[str]:
    """The special cases of a tokenizer that end in a full stop."""
    return frozenset(form for form in cases if form[-1] == "." and any(letter.isalpha() for letter in form))


class Splitter(Protocol):
    """Splits text by the rules of a language."""

    note: str
    """A note for the user on the rules, or ""."""
    abbreviations: frozenset[str]

    def __call__(self, text: str) -> Words:
        """As `split_words`."""
        ...


class RuleSplitter:
    """Splits text by spaCy's rules, without importing spaCy."""

    note = ""

    def __init__(self, rules: RuleTokenizer) -> None:
        self.abbreviations = short_forms(rules.cases)
        self._runs = Runs(rules, rules.joined())

    def __call__(self, text: str) -> Words:
        return self._runs(text)


class SpacySplitter:
    """Splits text by a spaCy tokenizer with bounded memory."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._tokenizer, self.note = tokenizer(language)
        self.abbreviations = abbreviations(self._tokenizer)

    def __call__(self, text: str) -> Words:
        if len(self._tokenizer.vocab.strings) > _MAX_STRINGS:
            self._tokenizer, _ = tokenizer(self.language)
        return split_words(self._tokenizer, text)


@cache
def splitter(language: str) -> Splitter:
    """The cached splitter of a language. spaCy is imported only if its rules cannot be read without it."""
    rules = rule_tokenizer(language) if _CODE.fullmatch(language) else None
    return SpacySplitter(language) if rules is None else RuleSplitter(rules)


def sentences_from(stretches: Iterable[RawText], language: str) -> Iterator[Sentence]:
    """Yield the sentences of running text, with words.

    The result does not depend on where the reader divided the text. White space before the first word of a document is
    in `before` of its first sentence; a document without words yields no sentence. Memory is bounded by the longest
    part, `MAX_PARAGRAPH` and `MAX_WORDS`.
    """
    split = splitter(language)
    for paragraph in paragraphs(stretches):
        yield from split_paragraph(paragraph, split, split.abbreviations)


def split_paragraph(paragraph: Paragraph, split: Split, abbreviations: Collection[str]) -> Iterator[Sentence]:
    """Yield the sentences of a paragraph, with words split by `split`."""
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
    """Yield slices of at most `MAX_WORDS` words that end after punctuation if the second half has some."""
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
