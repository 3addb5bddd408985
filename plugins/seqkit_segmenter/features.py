"""Inputs of the network: characters, their classes, and the possible sentence ends.

Shapes: T characters, K possible sentence ends (places), R runs of characters between white space.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]

PAD, UNKNOWN = 0, 1
"""The first two ids of characters, classes, runs and shapes."""
# In the order of their weight: of several in a row, the last of this order is the kind of the white space.
SPACE, OTHER_SPACE, TAB, LINE_END, LINE_END_SHORT = (
    "space",
    "other space",
    "tab",
    "line end",
    "short line's end",
)
# fmt: off
CLASSES = (
    SPACE, OTHER_SPACE, TAB, LINE_END, LINE_END_SHORT,
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po",
    "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
)
# fmt: on
"""Kinds of white space, and the general categories of Unicode. A class has the id 2 + its index here."""
SHAPES = ("Xx", "xx", "XX", "X", "dd", "punctuation", "mixed")
"""Letter case of a run. A shape has the id 2 + its index here."""
LINE_ENDS = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_RUN = re.compile(r"\S+")
_CLASS_IDS = {name: 2 + place for place, name in enumerate(CLASSES)}
_SHAPE_IDS = {name: 2 + place for place, name in enumerate(SHAPES)}
_LETTERS = np.array([False, False, *(name[0] in "LMN" and len(name) == 2 for name in CLASSES)])
SHORT_LINE = _CLASS_IDS[LINE_END_SHORT]
_WHITE = np.array([False, False, *(name in CLASSES[:5] for name in CLASSES)])


class Seen(NamedTuple):
    """A text as ids."""

    chars_T: Ids
    classes_T: Ids
    places_K: Ids
    """Possible sentence ends: characters before white space or the end, and all that are neither letter nor digit."""
    runs_K: Ids
    """The run that contains each place."""
    shapes_K: Ids
    after_K: Ids
    """The kind of white space after each place; UNKNOWN before another character of the run, PAD at the text's end."""


class Alphabet:
    """The characters and runs that have their own vectors."""

    def __init__(self, characters: Sequence[str], runs: Sequence[str]) -> None:
        self.characters, self.runs = list(characters), list(runs)
        self._chars = {character: 2 + place for place, character in enumerate(characters)}
        self._runs = {run: 2 + place for place, run in enumerate(runs)}

    def see(self, text: str) -> Seen:
        """Convert a text of at least one character to ids."""
        points_T = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        distinct_U, index_T = np.unique(points_T, return_inverse=True)
        letters = [chr(point) for point in distinct_U.tolist()]
        chars_T = np.array([self._chars.get(letter, UNKNOWN) for letter in letters])[index_T]
        classes_T = np.array([class_id(letter) for letter in letters])[index_T]
        if not LINE_ENDS.isdisjoint(letters):
            classes_T[short_line_ends(text)] = SHORT_LINE
        places_K, run_of_K = _places(classes_T)
        found = _RUN.findall(text)
        runs_R = np.array([self._runs.get(key_of(run), UNKNOWN) for run in found] or [PAD])
        shapes_R = np.array([shape_of(run) for run in found] or [PAD])
        after_K = _after(classes_T)[places_K + 1]
        return Seen(chars_T, classes_T, places_K, runs_R[run_of_K], shapes_R[run_of_K], after_K)


@lru_cache(maxsize=1 << 16)
def class_id(letter: str) -> int:
    """The id of a character's class."""
    if not letter.isspace():
        category = unicodedata.category(letter)
        # A few characters are separators in Unicode but not white space in Python.
        return _CLASS_IDS[category]
    if letter == " ":
        return _CLASS_IDS[SPACE]
    if letter in LINE_ENDS:
        return _CLASS_IDS[LINE_END]
    return _CLASS_IDS[TAB if letter == "\t" else OTHER_SPACE]


@lru_cache(maxsize=1 << 12)
def gap_kind(gap: str) -> int:
    """The kind of white space, as in `Seen.after_K`, without regard to short lines; PAD for none."""
    return max(map(class_id, gap), default=PAD)


@lru_cache(maxsize=1 << 16)
def key_of(run: str) -> str:
    """A run in lower case, without punctuation around its letters and digits, and with 0 for every digit."""
    if len(run) > 100:
        return ""
    core = re.sub(r"\d", "0", run.lower())
    return re.sub(r"^[\W_]+|[\W_]+$", "", core) or core


@lru_cache(maxsize=1 << 16)
def shape_of(run: str) -> int:
    """The id of a run's shape."""
    letters = [letter for letter in run[:40] if letter.isalpha()]
    if not letters:
        return _SHAPE_IDS["dd" if any(letter.isdigit() for letter in run[:40]) else "punctuation"]
    upper = [letter.isupper() for letter in letters]
    if all(upper):
        return _SHAPE_IDS["XX" if len(letters) > 1 else "X"]
    if upper[0] and not any(upper[1:]):
        return _SHAPE_IDS["Xx"]
    return _SHAPE_IDS["mixed" if any(upper) else "xx"]


def is_white(classes_T: Ids) -> NDArray[np.bool_]:
    """Whether each character is white space, from its class."""
    return _WHITE[classes_T]


def _places(classes_T: Ids) -> tuple[Ids, Ids]:
    """The possible sentence ends, and the index of the run of each."""
    white_T = _WHITE[classes_T]
    before_white_T = np.append(white_T[1:], True)
    places_K = np.flatnonzero(~white_T & (before_white_T | ~_LETTERS[classes_T]))
    starts_T = ~white_T & np.append(True, white_T[:-1])
    return places_K, (np.cumsum(starts_T) - 1)[places_K]


def _after(classes_T: Ids) -> Ids:
    """Kind of white space at each position where some begins, of T + 1: its highest class. PAD at the end."""
    white_T = _WHITE[classes_T]
    after_T = np.append(np.full(len(classes_T), UNKNOWN), PAD)
    gaps_G = np.flatnonzero(white_T & np.append(True, ~white_T[:-1]))
    if len(gaps_G):
        after_T[gaps_G] = np.maximum.reduceat(np.where(white_T, classes_T, 0), gaps_G)
    return after_T


def short_line_ends(text: str) -> list[int]:
    """The line ends after which the next line's first word would have fitted, so that they are intended.

    The width is that of the longest of the four lines around.
    """
    breaks = [place for place, letter in enumerate(text) if letter in LINE_ENDS]
    starts = [0, *(place + 1 for place in breaks)]
    widths = [end - start for start, end in zip(starts, [*breaks, len(text)], strict=True)]
    found = []
    for line, place in enumerate(breaks, start=1):
        word = _RUN.match(text, starts[line])
        size = len(word.group()) if word else 0
        if widths[line - 1] + 1 + size <= max(widths[max(line - 2, 0) : line + 2]):
            found.append(place)
    return found
