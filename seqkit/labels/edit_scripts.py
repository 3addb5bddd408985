"""Lemmas as labels: scripts that edit a word into its lemma (Straka 2018, "UDPipe 2.0 Prototype", section 3.4).

A script has three parts: the letter case of the lemma (`l` lower case, `k` as in the word, `t` title case, `u` upper
case), and the edits before and after the longest substring that word and lemma share, ignoring case: the number of
characters to delete, and the characters to insert. `l|-0|-1` turns `dogs` into `dog`. If they share nothing, or no case
fits, the script is the lemma itself, after `=`. `~,` removes the marks between digits: `1,100` becomes `1100`.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

WHOLE = "="
"""Prefix of a script that contains the lemma itself."""
WITHOUT, MARKS = "~", (",", ".", "'", " ", "\u00a0", "\u202f")
"""Prefix of a script that removes a mark from a number, such as `1,100`; the marks that separate groups of digits."""
CACHED = 1 << 17
"""Maximum number of cached results."""
CASES: dict[str, Callable[[str], str]] = {
    "l": str.lower,
    "k": lambda text: text,
    "t": lambda text: text[:1].upper() + text[1:].lower(),
    "u": str.upper,
}
"""Letter case -> the function applied to the lemma; `encode` uses the first that gives the lemma. `k` precedes `t` and
`u`, so that names of any case (`Apple`, `NATO`, `PayPal`) have the same script."""


class EditScripts:
    """The codec of lemmas: labels are lemmas, codes are edit scripts."""

    def encode(self, word: str, label: str) -> str:
        """Return the script that turns `word` into the lemma `label`."""
        return encode(word, label)

    def decode(self, word: str, code: str) -> str:
        """Apply a script to a word."""
        return decode(word, code)


SCRIPTS = EditScripts()


class _Shared(NamedTuple):
    """The longest substring that word and lemma share: its start in each, and its length."""

    word: int
    lemma: int
    size: int


@lru_cache(maxsize=CACHED)
def encode(word: str, lemma: str) -> str:
    """Return the script that turns `word` into `lemma`."""
    for mark in MARKS:
        if mark in word and any(map(str.isdigit, word)) and word.replace(mark, "") == lemma:
            return WITHOUT + mark
    lower, lemma_lower = word.lower(), lemma.lower()
    # Some letters, such as "İ", become two in lower case, which shifts all later positions.
    same_positions = len(lower) == len(word) and len(lemma_lower) == len(lemma)
    shared = _shared(lower, lemma_lower)
    if shared.size and same_positions:
        end, lemma_end = shared.word + shared.size, shared.lemma + shared.size
        for case in CASES:
            edits = (
                f"-{shared.word}{_cased(case, lemma[: shared.lemma])}|"
                f"-{len(word) - end}{_cased(case, lemma[lemma_end:])}"
            )
            script = f"{case}|{edits}"
            if "|" not in lemma and decode(word, script) == lemma:
                return script
    return WHOLE + lemma


@lru_cache(maxsize=CACHED)
def decode(word: str, script: str) -> str:
    """Apply a script to a word. Returns the word itself if the script would delete all its characters.

    Raises ValueError if `script` is not an edit script.
    """
    if script.startswith(WHOLE):
        return script[len(WHOLE) :] or word
    if script.startswith(WITHOUT):
        return word.replace(script[len(WITHOUT) :], "") or word
    case, before, after = script.split("|")
    if case not in CASES:
        raise ValueError(f"{script[:80]!r}: not an edit script")
    cut_before, added_before = _edit(before)
    cut_after, added_after = _edit(after)
    if cut_before + cut_after >= len(word):
        return word
    middle = word[cut_before : len(word) - cut_after]
    if case == "k":
        return added_before + middle + added_after
    return CASES[case](added_before + middle + added_after)


def _cased(case: str, text: str) -> str:
    return text if case == "k" else text.lower()


def _edit(part: str) -> tuple[int, str]:
    """Parse an edit: `-2ed` -> (2, "ed")."""
    digits = 1
    while digits < len(part) and part[digits] in "0123456789":
        digits += 1
    return int(part[1:digits]), part[digits:]


def _shared(word: str, lemma: str) -> _Shared:
    """Find the longest shared substring; empty for words of more than 200 characters, as the time is quadratic."""
    if len(word) > 200 or len(lemma) > 200:
        return _Shared(0, 0, 0)
    match = SequenceMatcher(None, word, lemma, autojunk=False).find_longest_match()
    return _Shared(match.a, match.b, match.size)
