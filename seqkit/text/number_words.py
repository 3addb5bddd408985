"""Words beside numbers that languages write differently: scales, names of units, decades and ordinal numbers.

The forms are those of CLDR (compact numbers and units, long). Words of languages without a row stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from seqkit.text.languages import language_of
from seqkit.text.number_forms import SIGNS, has_ordinal_points


class Scale(NamedTuple):
    """A language's words for a power of ten."""

    exponent: int
    singular: str
    plural: str
    short: Sequence[str] = ()
    """Abbreviations: read, not written."""


SCALES: Mapping[str, Sequence[Scale]] = {
    "de": (
        Scale(6, "Million", "Millionen", ("Mio.", "Mio")),
        Scale(9, "Milliarde", "Milliarden", ("Mrd.", "Mrd")),
        Scale(12, "Billion", "Billionen"),
    ),
    "en": (
        Scale(6, "million", "million", ("mn",)),
        Scale(9, "billion", "billion", ("bn",)),
        Scale(12, "trillion", "trillion", ("tn",)),
    ),
    "fr": (Scale(6, "million", "millions"), Scale(9, "milliard", "milliards")),
    "nl": (Scale(6, "miljoen", "miljoen"), Scale(9, "miljard", "miljard")),
}
UNITS = ("ampere", "byte", "cent", "hertz", "joule", "ohm", "volt", "watt")
"""Names that are equal in German and English but for the capital letter and the plural."""
ONLY_WITH_PREFIX = ("bit", "newton", "pascal")
"""Names that are also words or names of persons."""
PREFIXES = ("mikro", "micro", "milli", "kilo", "mega", "giga", "tera")
NO_PLURAL = ("hertz",)


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _either_case(words: Iterable[str]) -> str:
    return "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" for word in words)


_WORDS = {
    word for scales in SCALES.values() for one in scales for word in (one.singular, one.plural, *one.short)
}
SCALE = rf"(?:{_either(_WORDS)})(?![\w'’])"
"""Pattern of a scale."""
UNIT = (
    rf"(?:{_either_case(UNITS)}|(?:{_either_case(PREFIXES)})(?:{_either((*UNITS, *ONLY_WITH_PREFIX))}))"
    r"s?(?![\w'’])"
)
"""Pattern of the name of a unit."""
_DECADE_ENDINGS = r"(?:er(?:n|[ -]Jahren?)?|['’]s|(?<=\d{4})s)"
DECADE = rf"(?<![\w.,])(?:(?:1[1-9]|20)\d|[2-9])0{_DECADE_ENDINGS}(?![\w'’])"
"""Pattern of a decade: 1990er Jahre, 80er, 1990s, 80's. 80s are seconds."""
ORDINAL = r"(?<![\w.,])\d{1,4}(?:st|nd|rd|th)(?!\w)"
"""Pattern of an English ordinal number."""

AMOUNT = rf"[{SIGNS}][ \u00a0\u202f]?\d++(?:[.,]\d++)*+(?:[kKmMbB]|bn)(?!\w)"
"""Pattern of an amount of money with an English abbreviation: $5m."""
MINUS = r"[Mm]inus "
"""Pattern of the word for a negative sign; a model may omit it."""

_SCALED = re.compile(rf"(?P<number>\d[\d.,'’\u00a0\u202f]*?)[ \u00a0\u202f]?(?P<word>{SCALE})")
_NAMED = re.compile(UNIT)
_DECADE = re.compile(rf"(\d+){_DECADE_ENDINGS}")
_ORDINAL = re.compile(r"(?P<number>\d+)(?:st|nd|rd|th)")
_AMOUNT = re.compile(rf"(?P<amount>[{SIGNS}][ \u00a0\u202f]?\d[\d.,]*)(?P<letter>[kKmMbB])n?")
_POSSIBLE = re.compile(rf"[^\W\d_]{{2}}|\d['’]?s|[{SIGNS}].*[kKmMbB]")


def has_unit_name(text: str) -> bool:
    """Whether a number is followed by the name of a unit."""
    return bool(_POSSIBLE.search(text) and _NAMED.search(text))


def without_ending(text: str) -> str:
    """A number before its scale, or before the ending of an ordinal number; the number itself if it has neither."""
    found = _POSSIBLE.search(text) and (_ORDINAL.fullmatch(text) or _SCALED.search(text))
    return text[: found.end("number")] if found else text


def without_words(text: str, side: str) -> str:
    """A number with signs in place of words, equal in all languages: 3 Milliarden is 3e9, 3rd 3., 1990er 1990s."""
    if not _POSSIBLE.search(text):
        return text
    text = _unabbreviated(text, side)
    if whole := _DECADE.fullmatch(text):
        return f"{whole[1]}s"
    if whole := _ORDINAL.fullmatch(text):
        return f"{whole[1]}."

    def put(found: re.Match[str]) -> str:
        scale = _read(found["word"], side)
        return found.group() if scale is None else f"{found['number']}e{scale.exponent}"

    text = re.sub(MINUS, "-", text, count=1)
    return _NAMED.sub(lambda found: _singular(found.group()), _SCALED.sub(put, text))


def words_rewritten(text: str, source: str, target: str) -> str:
    """Convert the words of a number from the language `source` to `target`; its digits stay as they are."""
    language = language_of(target)
    if language_of(source) == language or not _POSSIBLE.search(text):
        return text
    text = _unabbreviated(text, source)
    if whole := _DECADE.fullmatch(text):
        return whole[1] + {"de": "er", "en": "s"}.get(language, text[whole.end(1) :])
    if whole := _ORDINAL.fullmatch(text):
        return whole[1] + "." if has_ordinal_points(language) else text

    def put(found: re.Match[str]) -> str:
        scale = _read(found["word"], source)
        other = next(
            (one for one in SCALES.get(language, ()) if scale and one.exponent == scale.exponent), None
        )
        if other is None:
            return found.group()
        return f"{found['number']} {other.singular if _is_one(found['number'], language) else other.plural}"

    text = _SCALED.sub(put, text)
    one = _is_one(re.sub(MINUS, "", text).partition(" ")[0], language)
    return _NAMED.sub(lambda found: _named(_singular(found.group()), one, language) or found.group(), text)


def _unabbreviated(text: str, side: str) -> str:
    """An English amount of money without the abbreviation: $5m is $5 million, $20k $20,000."""
    found = _AMOUNT.fullmatch(text) if language_of(side) == "en" else None
    if found is None:
        return text
    if (letter := found["letter"].lower()) != "k":
        return f"{found['amount']} {'million' if letter == 'm' else 'billion'}"
    return text if "." in found["amount"] else f"{found['amount']},000"


def _read(word: str, side: str) -> Scale | None:
    """The scale that a language writes as `word`."""
    scales = SCALES.get(language_of(side), ())
    return next((one for one in scales if word in (one.singular, one.plural, *one.short)), None)


def _is_one(number: str, language: str) -> bool:
    """Whether a language writes the singular after a number."""
    return number == "1" or (language == "fr" and re.fullmatch(r"[01](?:[.,]\d{1,2})?", number) is not None)


def _singular(name: str) -> str:
    """The English singular of a unit's German or English name."""
    return name.lower().removesuffix("s").replace("mikro", "micro")


def _named(name: str, one: bool, language: str) -> str | None:
    """A unit's name in a language; None if it is not known there. Args: one, whether there is one of it."""
    if language == "de":
        return name.replace("micro", "mikro").capitalize()
    if language != "en":
        return None
    return name if one or name.endswith(NO_PLURAL) else f"{name}s"
