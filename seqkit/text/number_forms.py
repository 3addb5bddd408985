"""Number formats of languages: decimal sign, grouping of thousands, positions of % and currency signs (after CLDR).

A number in another format keeps its characters, such as the date 12.11.2024 or the version 2.13.0.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from seqkit.text.languages import language_of


def _codes(codes: str) -> frozenset[str]:
    return frozenset(codes.split())


NARROW, NO_BREAK = "\u202f", "\u00a0"
POINT = _codes("am bn cy en fil ga gu he hi ja kn ko ml mr ms mt my ne pa si sw ta te th tl ur yo yue zh zu")
"""Languages that write 1,234.5."""
COMMA = _codes("az bs ca da de el es eu gl hr id is it mk nl pt ro sl sq sr tr vi")
"""Languages that write 1.234,5."""
SPACE = _codes("be bg cs eo et fi fr hu hy ka kk ky lt lv mn nb nn no pl ru sk sv tg tk uk uz")
"""Languages that write 1 234,5, with a space that does not break the line."""
JOINED_PERCENT = POINT | _codes("el id it nl pt sq sr tr vi")
"""Languages that write 5%, not 5 %; they write $5, not 5 $, if they also have the decimal point."""
ORDINAL_POINT = _codes("bs cs da de et eu fi fo hr hu is lb lv nb nn no sk sl sr tr")
"""Languages that write 3. for third."""
SIGNS = "$¢£¤¥֏฿₠-\u20cf"
"""Currency signs, as the inside of a character class."""
PART = re.compile(r"\d++(?:[.,'’\u00a0\u202f ]\d++)*+")
_CURRENCY = re.compile(rf"[{SIGNS}]")


def has_ordinal_points(side: str) -> bool:
    """Whether a point after a number makes it an ordinal number, so that it need not end a sentence."""
    return language_of(side) in ORDINAL_POINT


class NumberForm(NamedTuple):
    """The signs in a language's numbers."""

    decimal: str
    group: str
    groups: str
    """Accepted grouping signs, as the inside of a character class."""


def form_of(side: str) -> NumberForm | None:
    """The number format of the language in the name of a side, such as de or pt-BR; None if unknown."""
    language = language_of(side)
    if language in POINT:
        return NumberForm(".", ",", f",'’ {NO_BREAK}{NARROW}")
    if language in COMMA:
        return NumberForm(",", ".", f".'’ {NO_BREAK}{NARROW}")
    if language in SPACE:
        return NumberForm(",", NO_BREAK, f" {NO_BREAK}{NARROW}")
    return None


@cache
def _pattern(form: NumberForm) -> re.Pattern[str]:
    grouped = rf"[1-9]\d{{0,2}}(?:[{form.groups}]\d{{3}})++"
    return re.compile(rf"({grouped}|\d++)(?:{re.escape(form.decimal)}(\d++))?")


def split_number(part: str, form: NumberForm | None) -> tuple[str, str, bool] | None:
    """Integer digits, decimals ("" if there are none) and whether thousands are grouped.

    None for a text that is not a number in this format.
    """
    found = _pattern(form).fullmatch(part) if form is not None else None
    if found is None:
        return None
    whole = "".join(character for character in found[1] if character.isdigit())
    return whole, found[2] or "", whole != found[1]


def rewritten(text: str, source: str, target: str) -> str:
    """Convert the numbers of `text` from the format of the language `source` to that of `target`."""
    old, new = form_of(source), form_of(target)
    if old is None or new is None or language_of(source) == language_of(target):
        return text

    def put(part: re.Match[str]) -> str:
        number = split_number(part.group(), old)
        if number is None:
            return part.group()
        whole, decimals, grouped = number
        shown = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", new.group, whole) if grouped else whole
        return shown + (new.decimal + decimals if decimals else "")

    return _signs_placed(PART.sub(put, text), language_of(target))


def _signs_placed(text: str, target: str) -> str:
    """Move % and a currency sign to their positions in the language."""
    text = re.sub(r"[ \u00a0\u202f]?%", "%" if target in JOINED_PERCENT else " %", text)
    sign = _CURRENCY.search(text)
    if sign is None:
        return text
    amount = (text[: sign.start()] + text[sign.end() :]).strip()
    if target in POINT:
        return sign.group() + amount
    return f"{sign.group()} {amount}" if target in ("nl", "pt") else f"{amount} {sign.group()}"


def canonical(text: str, side: str) -> str:
    """A number in a form independent of the language: equal for 1.234,5 kg in German and 1,234.5kg in English."""
    form = form_of(side)

    def put(part: re.Match[str]) -> str:
        number = split_number(part.group(), form)
        if number is None:
            return part.group()
        return number[0] + ("." + number[1] if number[1] else "")

    plain = "".join(PART.sub(put, unicodedata.normalize("NFKC", text)).split()).replace("−", "-")
    signs = "".join(_CURRENCY.findall(plain))
    return _CURRENCY.sub("", plain) + signs


_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")


def ordinal_ending(digits: str) -> str:
    """The ending of an English ordinal number: st for 21, th for 12."""
    teen = digits[-2:-1] == "1"
    return "th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(digits[-1], "th")


def with_ordinal(text: str, slot: str, number: str, side: str) -> str:
    """Replace a mark in the text by a number; in English, correct the ordinal ending after it."""
    before, found, after = text.partition(slot)
    ending = _ORDINAL.match(after)
    if not found:
        return text
    if ending is None or language_of(side) != "en" or (number[-1:].isdigit() and not number.isdigit()):
        return before + number + after
    if not number.isdigit():
        return before + number + after[ending.end() :]
    return before + number + ordinal_ending(number) + after[ending.end() :]
