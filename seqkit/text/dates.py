"""Times of day with their words, and dates with the name of a month: 17:30 Uhr and 5:30 pm, 4. Juli and July 4.

English counts hours to 12, German to 24, so a translation that keeps the digits alone has another time. The forms are
those of CLDR. Between other languages the model translates the words of times and dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from seqkit.text.languages import language_of
from seqkit.text.number_forms import ordinal_ending

MONTHS: Mapping[str, Sequence[str]] = {
    "de": (
        *("Januar", "Februar", "März", "April", "Mai", "Juni"),
        *("Juli", "August", "September", "Oktober", "November", "Dezember"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
BETWEEN: Mapping[str, Sequence[str]] = {
    "de": ("bis", "und", "oder", "bis", "bis"),
    "en": ("to", "and", "or", "until", "till"),
}
"""Words between two times; the first of those with one translation is written."""
BEFORE: Mapping[str, Sequence[str]] = {"de": ("von", "zwischen"), "en": ("from", "between")}
"""Words before two times."""


def _either(words: Mapping[str, Sequence[str]], case: bool = False) -> str:
    """Pattern of the words of all languages. Args: case, whether they may begin with a capital letter."""
    return "|".join(
        f"[{word[0].upper()}{word[0]}]{word[1:]}" if case else word for row in words.values() for word in row
    )


_TIME = r"\d{1,2}(?:[:.][0-5]\d)?"
_AFTER_AM = (
    r"\s*(?:[^\w\s]|$)|\s(?:and|at|but|each|every|for|in|on|or|sharp|this|till|to|today|tomorrow|until)\b"
)
_HALF = (
    rf"(?:(?<=\d)am|am(?={_AFTER_AM})|pm|[AP]M|[ap]\.m\.(?=\s*\S)|[AP]\.M\.(?=\s*\S)|[ap]\.m|[AP]\.M)"
    r"(?!\w)"
)
"""The English halves of a day, not the German word am. The last point of a sentence is not in them."""
_OTHER = rf"(?:(?: Uhr| ?(?:[ap]m|[AP]M|[ap]\.m\.))? ?(?:{_either(BETWEEN)}|[–-]) ?{_TIME})"
_TWO = rf"(?:{_either(BEFORE, case=True)}) {_TIME}{_OTHER}|{_TIME}{_OTHER}?"
TIME = (
    rf"(?<![\w.,:/–-])(?<![$€£+])(?:(?:{_TWO})(?: Uhr(?: [0-5]\d(?![\d.:,]))?| ?{_HALF})(?!\w)"
    rf"|\d{{1,2}}{_OTHER}? o['’]clock(?!\w))"
)
"""Pattern of a time, or of two that share a word, as in 2 to 4 pm."""
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_NUMBER = rf"{_DAY}(?:st|nd|rd|th)?"
_ENGLISH, _GERMAN = "|".join(MONTHS["en"]), "|".join(MONTHS["de"])
DATE = (
    rf"(?<![\w.,/–-])(?:(?:{_DAY}\. ?)?(?:{_GERMAN}) \d{{4}}(?!\w)|{_DAY}\. ?(?:{_GERMAN})(?!\w)"
    rf"|(?:{_NUMBER} (?:of )?)?(?:{_ENGLISH})(?:,| of)? \d{{4}}(?!\w)|{_NUMBER} (?:of )?(?:{_ENGLISH})(?!\w)"
    rf"|(?:{_ENGLISH}) {_NUMBER}(?:,? \d{{4}})?(?![\w:/%°–-]|[.,]\d| [ap]\.?m))"
)
"""Pattern of a date: a day of a month, a month of a year, or all three."""

_READ_TIME = re.compile(
    rf"(?:(?P<before>[^\W\d]+) )?(?P<first>{_TIME})"
    r"(?:(?: Uhr| ?(?P<first_half>[ap]\.?m\.?|[AP]M))?(?P<between> ?(?:[^\W\d]+|[–-]) ?)"
    rf"(?P<second>{_TIME}))?"
    rf"(?:(?P<german> Uhr)(?: (?P<minutes>\d\d))?| ?(?P<half>[ap]\.?m\.?|[AP]\.?M\.?)| o['’]clock)"
)
_READ_DATE = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?P<ending>\.|st|nd|rd|th)? ?(?:of )?)?(?P<month>{_ENGLISH}|{_GERMAN})"
    r"(?: (?P<after>\d{1,2})(?P<after_ending>st|nd|rd|th)?(?!\d))?(?:(?:,| of)? (?P<year>\d{4}))?"
)
_WITH_DATE = frozenset(
    "ab am anfang auf bis dem den der des ende im mitte nach oder seit um und vom von vor zu zum zwischen".split()  # noqa: SIM905
)
"""German words after which a date has no other preposition."""
_WITH_TIME = _WITH_DATE | frozenset(
    "bei die ca circa etwa gegen genau halb ist kurz punkt sind war waren wird".split()  # noqa: SIM905
)
"""German words after which a time has no other preposition."""


class Date(NamedTuple):
    """A day of a month or a month of a year; 0 stands for what a text does not have."""

    year: int
    month: int
    day: int


Clock = tuple[int, int]
"""Hour, from 0 to 23, and minute."""


def has_dates(sides: Sequence[str]) -> bool:
    """Whether times and dates are converted between two languages. In others the model translates their words."""
    return all(language_of(side) in MONTHS for side in sides)


def moment_value(text: str) -> str | None:
    """A time or date in a form independent of the language: 17:30, 0-7-4, 1990-5-12; None if it is neither."""
    if (date := _date(text)) is not None:
        return "-".join(map(str, date))
    if (times := _times(text)) is not None:
        return "-".join(f"{hour}:{minute:02}" for hour, minute in times)
    return None


def moment_rewritten(text: str, source: str, target: str) -> str | None:
    """Convert a time or date from the language `source` to `target`.

    None if the text is neither, or a language has no row.
    """
    old, new = language_of(source), language_of(target)
    if old not in MONTHS or new not in MONTHS:
        return None
    if old == new:
        return text if moment_value(text) is not None else None
    if (date := _date(text)) is not None:
        return _date_written(date, new)
    times = _times(text)
    found = _READ_TIME.fullmatch(text)
    if times is None or found is None:
        return None
    minutes = [":" in one or "." in one for one in (found["first"], found["second"] or "")]
    minutes[0] |= found["minutes"] is not None
    shown = (_german if new == "de" else _english)(times, minutes)
    return _joined(shown, found, old, new)


def is_written(text: str, side: str) -> bool:
    """Whether a time or date is in one of the forms of a language."""
    language = language_of(side)
    if (date := _READ_DATE.fullmatch(text)) is not None:
        if date["month"] not in MONTHS.get(language, ()) or (language == "de" and date["after"]):
            return False
        ending, number = date["ending"] or date["after_ending"], int(date["day"] or date["after"] or 0)
        return ending == "." if language == "de" and number else ending in (None, ordinal_ending(str(number)))
    time = _READ_TIME.fullmatch(text)
    return time is not None and language == ("de" if time["german"] else "en") and not _is_late(time)


def substitute(before: str, text: str, symbol: str, side: str) -> str:
    """What replaces a part in a source: a day in English gets the article that other languages need.

    Args: before, the source before the part; symbol, what stands for the part.
    """
    date = _date(text) if language_of(side) == "en" else None
    if date is None or not date.day or re.search(r"\b[Tt]he $", before):
        return symbol
    return f"{'the' if before.strip() else 'The'} {symbol}"


def placed(before: str, part: str, after: str, side: str) -> tuple[str, str, str]:
    """A time or date in a translation, with the text before and after it; other parts change nothing.

    It has the preposition that the language needs. No second word for a time follows it, and an English day has its
    form after "the". Args: side, the language of the translation.
    """
    language, date = language_of(side), _date(part)
    if not (_times(part) is not None or (date is not None and is_written(part, side))):
        return before, part, after
    after = re.sub(rf"^ ?(?:Uhr|o['’]clock|{_HALF})(?!\w)", "", after)
    if language == "de" and (date or part[0].isdigit()):
        before = _before_german(before, "um" if date is None else "am" if date.day else "im")
    elif language == "en" and date is None and part[0].isdigit():
        before = re.sub(r"\bin $", "at ", re.sub(r"\bIn $", "At ", before))
    elif language == "en" and date is not None and not date.day:
        before = re.sub(r"\b([Ii]n )the $", r"\1", before)
    elif language == "en" and date is not None:
        before = re.sub(
            r"\b(?:on )?(?:at|in) (the )?$", r"on \1", re.sub(r"\b(?:At|In) (the )?$", r"On \1", before)
        )
        part = _after_article(before, part, date)
    return before, part, after


def _before_german(before: str, preposition: str) -> str:
    """The text before a German time or date, whose preposition is um for a time, am for a day, im for a month."""
    before = re.sub(r"\b([Vv])on (?:de[nm] )?$", r"\1om " if preposition == "am" else r"\1on ", before)
    wrong = {"um": "am|auf|bei|in|zu", "am": "auf|an|in", "im": "am|auf|in"}[preposition]
    before = re.sub(rf"\b(?:{wrong}) (?:de[mnr] )?$", "", before, flags=re.IGNORECASE)
    words = before.split()
    fitting = _WITH_TIME if preposition == "um" else _WITH_DATE
    if words and (words[-1].lower() in fitting or words[-1].endswith((",", "(", "–", "-", "tag", "woch"))):
        return before
    return f"{before}{preposition if words else preposition.capitalize()} "


def _after_article(before: str, part: str, date: Date) -> str:
    """An English date as it is written after the text `before`: July 4, but the 4th of July."""
    if not date.day or not re.search(r"\b[Tt]he $", before):
        return part
    month = MONTHS["en"][date.month - 1]
    return f"{date.day}{ordinal_ending(str(date.day))} of {month}" + (f" {date.year}" if date.year else "")


def _date_written(date: Date, language: str) -> str:
    name, year = MONTHS[language][date.month - 1], str(date.year) if date.year else ""
    if language == "de":
        return " ".join(filter(None, [f"{date.day}." if date.day else "", name, year]))
    if not date.day:
        return f"{name} {year}"
    return f"{name} {date.day}" + (f", {year}" if year else "")


def _joined(shown: Sequence[str], found: re.Match[str], old: str, new: str) -> str:
    """One or two times with the words of the source around them, in the language `new`."""
    between, before = found["between"] or "", found["before"] or ""
    if between.strip() in BETWEEN[old]:
        between = f" {BETWEEN[new][BETWEEN[old].index(between.strip())]} "
    if before.lower() in BEFORE[old]:
        other = BEFORE[new][BEFORE[old].index(before.lower())]
        before = other.capitalize() if before[0].isupper() else other
    return (f"{before} " if before else "") + between.join(shown)


def _german(times: Sequence[Clock], minutes: Sequence[bool]) -> list[str]:
    shown = [
        f"{hour}:{minute:02}" if with_ else str(hour)
        for (hour, minute), with_ in zip(times, minutes, strict=False)
    ]
    return [*shown[:-1], f"{shown[-1]} Uhr"]


def _english(times: Sequence[Clock], minutes: Sequence[bool]) -> list[str]:
    """The hours to 12 stay as they are, because German, too, may count them so; the others are those after noon."""
    halves = any(hour == 0 or hour > 12 for hour, _ in times)
    shown = []
    for (hour, minute), with_ in zip(times, minutes, strict=False):
        digits = f"{(hour - 1) % 12 + 1}:{minute:02}" if with_ or minute else str((hour - 1) % 12 + 1)
        half = "pm" if hour >= 12 else "am"
        shown.append(f"{digits} {half}" if halves else digits)
    if not halves and not any(minutes):
        shown[-1] += " o'clock"
    return shown


def _times(text: str) -> list[Clock] | None:
    """The times that a text is; None if it is something else, or has an hour that no day has."""
    found = _READ_TIME.fullmatch(text)
    if found is None:
        return None
    times = [_clock(found["first"])] + ([_clock(found["second"])] if found["second"] else [])
    if found["minutes"]:
        times[-1] = (times[-1][0], int(found["minutes"]))
    if found["half"] and not _is_late(found):
        after_noon = found["half"][0] in "pP"
        times[-1] = (_hour(times[-1][0], after_noon), times[-1][1])
        if len(times) > 1:
            # 9 to 5 pm begins before noon, 2 to 4 pm after it.
            hour, minute = times[0]
            if half := found["first_half"]:
                after_noon = half[0] in "pP"
            elif (_hour(hour, after_noon), minute) > times[-1]:
                after_noon = not after_noon
            times[0] = (_hour(hour, after_noon), minute)
    return [(hour % 24, minute) for hour, minute in times] if all(hour <= 24 for hour, _ in times) else None


def _is_late(found: re.Match[str]) -> bool:
    """Whether hours are counted to 24 in spite of an English half of the day, as in 17:30 pm."""
    hours = [_clock(one)[0] for one in (found["first"], found["second"]) if one]
    return not found["german"] and not all(0 < hour <= 12 for hour in hours)


def _hour(hour: int, after_noon: bool) -> int:
    return hour % 12 + 12 * after_noon


def _clock(text: str) -> Clock:
    hour, *minute = re.split("[:.]", text)
    return int(hour), int(minute[0]) if minute else 0


def _date(text: str) -> Date | None:
    """The date that a text is; None if it is something else."""
    found = _READ_DATE.fullmatch(text)
    if found is None or (found["day"] and found["after"]):
        return None
    day, year = int(found["day"] or found["after"] or 0), int(found["year"] or 0)
    month = next(names.index(found["month"]) + 1 for names in MONTHS.values() if found["month"] in names)
    return Date(year, month, day) if day <= 31 and (day or year) else None
