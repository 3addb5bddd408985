"""Languages and scripts without spaces between words."""

from __future__ import annotations

from seqkit.formats.parallel import without_region

WITHOUT_BLANKS = frozenset(("bo", "ja", "km", "lo", "my", "th", "yue", "zh"))
"""Languages without spaces between words."""
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


UNSPACED = (
    ("\u0e00", "\u0eff"),  # Thai, Lao
    ("\u0f00", "\u0fff"),  # Tibetan
    ("\u1000", "\u109f"),  # Burmese
    ("\u1780", "\u17ff"),  # Khmer
    ("\u3040", "\u9fff"),  # kana, bopomofo, Han
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0003ffff"),
)
"""First and last character of the Unicode blocks of scripts without spaces between words."""


def is_unspaced(text: str) -> bool:
    """Whether more than half of a text is in scripts without spaces between words."""
    return 2 * sum(any(first <= c <= last for first, last in UNSPACED) for c in text) > len(text)


def language_of(side: str) -> str:
    """The language in the name of a side: `ja` of `ja`, `ja-JP` or `jpn`, `zh` of `zh_TW` or `cmn`."""
    code = without_region(side)
    return THREE_LETTERS.get(code, code)


def writes_blanks(side: str) -> bool:
    """Whether the language in the name of a side separates words by spaces; unknown languages do."""
    return language_of(side) not in WITHOUT_BLANKS
