"""What a language's code tells of how it is written."""

from __future__ import annotations

from seqkit.formats.parallel import without_region

WITHOUT_BLANKS = frozenset(("bo", "ja", "km", "lo", "my", "th", "yue", "zh"))
"""Languages that write no blanks between words."""
THREE_LETTERS = {
    "bod": "bo",
    "tib": "bo",
    "chi": "zh",
    "cmn": "zh",
    "zho": "zh",
    "jpn": "ja",
    "khm": "km",
    "kor": "ko",
    "lao": "lo",
    "bur": "my",
    "mya": "my",
    "tha": "th",
}
"""Codes of ISO 639-2 and 639-3 for these languages, and for Korean."""


def language_of(side: str) -> str:
    """The language in the name of a side: `ja` of `ja`, `ja-JP` or `jpn`, `zh` of `zh_TW` or `cmn`."""
    code = without_region(side)
    return THREE_LETTERS.get(code, code)


def writes_blanks(side: str) -> bool:
    """Whether the language in the name of a side has blanks between words; one that is not known has."""
    return language_of(side) not in WITHOUT_BLANKS
