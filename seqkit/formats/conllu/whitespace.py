"""White space in the MISC column: `SpaceAfter=No`, `SpacesAfter=` and `SpacesBefore=` with their escapes."""

from __future__ import annotations

import re
from functools import lru_cache

ESCAPES = {"s": " ", "t": "\t", "n": "\n", "r": "\r", "p": "|", "\\": "\\"}
ESCAPED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|([stnrp\\]))")
LONG = 1000
"""Minimum characters of a column that is not cached: a column may contain megabytes of white space."""


class _Escapes(dict[int, str]):
    """Code point -> its escape, for `str.translate`."""

    def __missing__(self, code: int) -> str:
        return f"\\u{code:04X}"


TABLE = _Escapes({ord(character): f"\\{letter}" for letter, character in ESCAPES.items()})


def space_after(misc: str) -> str:
    """Return the white space after a token; one space if MISC has no attribute for it."""
    return _space_after(misc) if len(misc) < LONG else _space_after.__wrapped__(misc)


@lru_cache(maxsize=1 << 16)
def _space_after(misc: str) -> str:
    spaces = _attribute(misc, "SpacesAfter")
    if spaces is not None:
        return spaces
    return "" if "SpaceAfter=No" in misc.split("|") else " "


def space_before(misc: str) -> str:
    """Return the white space before a token; "" if MISC has no attribute for it."""
    return _attribute(misc, "SpacesBefore") or ""


def misc_of(space: str, before: str = "") -> str:
    """Return a MISC column with the white space after and before a token; the reader restores it exactly."""
    format_misc = _misc_of if len(space) + len(before) < LONG else _misc_of.__wrapped__
    return format_misc(space, before)


@lru_cache(maxsize=1 << 10)
def _misc_of(space: str, before: str) -> str:
    parts = []
    if space == "":
        parts.append("SpaceAfter=No")
    elif space != " ":
        parts.append(f"SpacesAfter={_escape(space)}")
    if before:
        parts.append(f"SpacesBefore={_escape(before)}")
    return "|".join(parts) or "_"


def _attribute(misc: str, name: str) -> str | None:
    """The white space in an attribute; None if the attribute is missing or contains other characters."""
    for part in misc.split("|"):
        if part.startswith(f"{name}="):
            spaces = ESCAPED.sub(_character, part[len(name) + 1 :])
            return spaces if not spaces or spaces.isspace() else None
    return None


def _character(escape: re.Match[str]) -> str:
    code, letter = escape.groups()
    return chr(int(code, 16)) if code else ESCAPES[letter]


def _escape(spaces: str) -> str:
    return spaces.translate(TABLE)
