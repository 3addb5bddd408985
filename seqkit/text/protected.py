"""Parts of a text that a translation preserves: numbers with units, dates, URLs, addresses, code, placeholders, markup.

The patterns know no language's words but those beside numbers. Each looks at a bounded number of characters, or starts
only at the beginning of a token, so the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from seqkit.text.dates import DATE, TIME, has_dates, moment_rewritten, moment_value
from seqkit.text.number_forms import SIGNS, canonical, rewritten
from seqkit.text.number_words import (
    AMOUNT,
    DECADE,
    MINUS,
    ORDINAL,
    SCALE,
    UNIT,
    without_words,
    words_rewritten,
)

NUMBER, LITERAL, MARKUP = "number", "literal", "markup"
_UNITS = (
    r"[µμnmcdk]?m[²³]?|[µμmk]?g|[µμmn]?s|[kMGT]?Hz|[mkM]?V|[mkMGT]?Wh?|[mk]?Ah?|k?N|k?Nm|[hkM]?Pa|[kM]?J|[mcdh]?[lL]"
    r"|[kKMGT]i?B|[kKMG]?bit|[kM]?Ω|[µμnp]F|[kMG]?eV|m?bar|mol|dB|k?cal|ha|K|h|t|min|°[CFK]?|%|‰|mph|rpm|px|ppm|dpi|ft"
    r"|lbs?|oz|EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK"
)
_BLANK = r"[ \u00a0\u202f]?"
_UNIT = rf"(?:{_BLANK}(?:{UNIT}|(?:{_UNITS})(?:/(?:k?m[²³]?|h|s|min|kg|d?[lL]))?(?![\w'’²³])|[{SIGNS}]))"
_SPACED = r"[1-9]\d{0,2}(?: \d{3}(?!\d))++(?:[.,]\d++)?+"
_DIGITS = (
    rf"(?:(?<![\d.,])(?<!\d ){_SPACED}(?:[–-]{_SPACED})?(?![ .,:/–-]\d)"
    r"|\d{1,3} [1-9]/\d{1,2}(?![\d/.,])|\d++(?:[.,:/'’\u00a0\u202f–-]\d++)*+)"
)
_LIST = rf"{_DIGITS}(?:, {_DIGITS}){{2,20}}+"
EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55"
"""Emoji and other pictures, as the inside of a character class."""
_PATTERNS = {
    "fence": r"(?<!\S)```[\w+-]{0,30}(?!\S)",
    "code": r"`[^`\n]{1,300}`",
    "own": r"⟦[^⟦⟧\n]{1,20}⟧|⟨[^⟨⟩\n]{1,20}⟩",
    "comment": r"<!--[^\n]{0,300}?-->",
    "tag": r"</?[A-Za-z][^<>\n]{0,300}>",
    "entity": r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z]{2,31});",
    "url": r"(?<!\w)(?:(?:https?|ftp|file)://|www\.|mailto:)[^\s<>\"`]++",
    "email": r"(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)++",
    "domain": r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){0,4}[a-z0-9-]{3,63}\."
    r"(?:com|org|net|edu|gov|info|dev|app|[a-z]{2})(?![\w-]|\.\w)(?:/[^\s<>\"`]*+)?",
    "braces": r"\$?\{\{[^{}\n]{1,80}\}\}|\$?\{[\w.:!-]{0,80}\}|\[\[[^\[\]\n]{1,80}\]\]",
    "format": r"%(?:\(\w{1,80}\))?[-+#0]?\d{0,4}(?:\.\d{1,4})?[sdifgxXr](?!\w)|%\d{1,2}\$[sd]"
    r"|(?<!\w)%[A-Za-z_]{1,40}%|\$[A-Za-z_]\w*+",
    "path": r"(?<!\S)(?:[A-Za-z]:[\\/](?!/)|~?/|\.{1,2}/)[^\s<>\"`]*[\w/]",
    "mention": r"(?<![\w@#&/])[@#][^\W\d]\w*+",
    "call": r"(?<![\w.-])(?:[A-Za-z]\w*+(?:\.\w++)*+\(\)|--[a-z][\w-]*+|[^\W_]++(?:_[^\W_]++)++|__\w++)",
    "address": r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?(?![\w.]*\w)",
    "instant": r"(?<!\w)\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?(?!\w)",
    "date": DATE,
    "time": TIME,
    "version": r"(?<=[Vv]ersion )\d++(?:\.\d++)++(?!\w)",
    "isbn": r"(?<!\w)ISBN(?:-1[03])?:? \d[\d -]{7,15}[\dX](?!\w)|(?<!\w)ISSN:? \d{4}-\d{3}[\dX](?!\w)",
    "iban": r"(?<!\w)[A-Z]{2}\d{2}(?: [A-Z\d]{4}){2,7}(?: [A-Z\d]{1,3})?(?!\w)",
    "card": r"(?<![\w.,])(?<!\d )\d{4}(?: \d{4}){2,4}(?!\w|[.,]\d| \d)",
    "lot": r"(?<![\w-])(?:\d{1,20}-)?[A-Z]{1,10}-\d[\dA-Z]*+(?:-[\dA-Z]{1,20}){0,4}(?!\w)",
    "size": rf"(?<![\w.,])\d{{1,9}}(?:{_BLANK}[x×]{_BLANK}\d{{1,9}}){{1,3}}+{_UNIT}?(?!\w)",
    "phone": r"(?<![\w+])\+\d++(?:[ ()/-]{1,2}\d++)++|(?<![\w.,+/-])0\d{2,5}(?:[ /-]\d{2,12})+(?![\w]|[.,/-]\d)"
    r"|\(\d{2,5}\) ?\d{3,7}[ /-]?\d{3,8}(?!\w)",
    "amount": AMOUNT,
    "mixed": r"(?<![^\W_])(?:[^\W\d_]{1,30}\d\w*+(?:\.\d\w*+)*+(?:-[a-z]{1,10}\.?\d++(?!\w))?"
    r"|\d{1,30}[^\W\d_]{1,20}\d\w*+"
    rf"|\d{{1,30}}(?!(?:{_UNITS})(?!\w))(?:[A-Z][A-Za-z]*+|[a-z](?!\.\w))(?!\w))",
    "decade": DECADE,
    "ordinal": ORDINAL,
    "number": rf"(?:(?<!\S)[-−+±]|(?<!\w)(?<!\d ){MINUS}|§§?{_BLANK}|[#~≈≤≥])?(?:[{SIGNS}]{_BLANK})?"
    rf"(?<![^\W_])(?:{_LIST}|{_DIGITS})[¼½¾⅐-⅞]?(?:{_BLANK}{SCALE})?{_UNIT}?"
    r"|[¼½¾⅐-⅞](?!\w)",
    "emoji": rf"[{EMOJI}][{EMOJI}\ufe0f\u200d]*+",
    "emoticon": r"(?<!\S)(?:[:;=]['’]?-?[)(DPpOo|/\\*]|<3|\^\^)(?!\w)",
    "markdown": r"\*\*(?=\S)|(?<=\S)\*\*|~~|(?<![\w*])\*(?=\w)|(?<=[\w.,!?])\*(?![\w*])"
    r"|(?<!\S)\|(?!\S)|(?<![\w_])_(?=\w)|(?<=[\w.,!?])_(?![\w_])|!?\[(?=[^\[\]\n]{1,200}\]\()|\]\([^()\s]{1,300}\)",
}
_POSSIBLE = re.compile(
    rf"[\d@/\\`{{<&%$_#*~|\[⟦⟨¼½¾⅐-⅞{EMOJI}]|\.\w|--\w|\(\)|(?<!\S)[:;=^]['’]?-?[)(DPpOo|/^]"
)
"""Matches in every text with a protected part; most lines of everyday text do not match and need no search."""
_MARKUP = ("comment", "tag", "entity", "markdown", "emoji", "emoticon")
_NUMBERS = ("number", "decade", "ordinal", "amount", "date", "time")
_DATES = ("date", "time")
_TRIMMED = ("url", "domain", "path")
_TRAILING = ".,;:!?'\"»”’"
_WORD = re.compile(r"[^\W\d_]+")
BEGINNING = re.compile(r"\s*(?:(?:#{1,6}|[-*+•>]|\d{1,3}[.)])[ \t]+)+(?:\[[ xX]\][ \t]+)?(?=\S)")
"""Markdown at the beginning of a line: heading, list item, task, quotation."""


class Protected(NamedTuple):
    """A part of a text that its translation preserves."""

    start: int
    end: int
    kind: str
    """NUMBER, LITERAL or MARKUP."""
    text: str

    def value(self, side: str) -> str:
        """A value that is equal for the part in a source and in its translation. Args: side, the language."""
        if self.kind != NUMBER:
            return self.text
        return moment_value(self.text) or canonical(without_words(self.text, side), side)

    def written(self, source: str, target: str) -> str:
        """The part in the format of the target language: 1.000,5 becomes 1,000.5."""
        if self.kind != NUMBER:
            return self.text
        if (moment := moment_rewritten(self.text, source, target)) is not None:
            return moment
        return rewritten(words_rewritten(self.text, source, target), source, target)


def protected(text: str, dates: bool = True) -> list[Protected]:
    """The protected parts of a text, in order; none overlap.

    Args: dates, whether times and dates with their words are parts; else only their numbers are.
    """
    return list(_found(text, dates)) if _POSSIBLE.search(text) else []


class Finder:
    """Finds the protected parts of a source: those of `protected`, and words in letters unknown to a model."""

    def __init__(self, knows: Callable[[str], bool], sides: tuple[str, str]) -> None:
        """Args: knows, whether a character is in a model's vocabulary; sides, languages of source and target."""
        self._knows, self._dates = cache(knows), has_dates(sides)

    def __call__(self, text: str) -> list[Protected]:
        parts = protected(text, self._dates)
        foreign = [one for one in self._foreign(text) if not any(_overlap(one, part) for part in parts)]
        return sorted([*parts, *foreign]) if foreign else parts

    def _foreign(self, text: str) -> Iterator[Protected]:
        """Words of unknown letters; consecutive ones are one part."""
        words = [word for word in _WORD.finditer(text) if not any(map(self._knows, word.group()))]
        start = end = -1
        for word in words:
            if start >= 0 and not any(character.isalnum() for character in text[end : word.start()]):
                end = word.end()
                continue
            if start >= 0:
                yield Protected(start, end, LITERAL, text[start:end])
            start, end = word.span()
        if start >= 0:
            yield Protected(start, end, LITERAL, text[start:end])


def _overlap(one: Protected, other: Protected) -> bool:
    return one.start < other.end and other.start < one.end


@cache
def _any(dates: bool) -> re.Pattern[str]:
    """One pattern of all, compiled when a line may have a protected part: that takes 15 ms."""
    names = [name for name in _PATTERNS if dates or name not in _DATES]
    return re.compile("|".join(f"(?P<{name}>{_PATTERNS[name]})" for name in names))


def _found(text: str, dates: bool) -> Iterator[Protected]:
    for found in _any(dates).finditer(text):
        name, end = str(found.lastgroup), found.end()
        if name in _TRIMMED:
            end = found.start() + len(_trimmed(found.group()))
        kind = NUMBER if name in _NUMBERS else MARKUP if name in _MARKUP else LITERAL
        if end > found.start():
            yield Protected(found.start(), end, kind, text[found.start() : end])


def _trimmed(address: str) -> str:
    """A URL or path without the punctuation of the sentence around it."""
    while address and (
        address[-1] in _TRAILING or (address[-1] in ")]}" and address.count("(") < address.count(")"))
    ):
        address = address[:-1]
    return address


def has_letters(text: str) -> bool:
    """Whether a text has a letter, and so something to translate."""
    return any(character.isalpha() for character in text)
