"""Lines of text as piece ids and back: what the text encoder and decoder read and write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from seqkit.text.languages import UNSPACED
from seqkit.text.subword import EDGE, Subword

WORDS = 200_000
"""Words whose pieces are remembered."""
LONGEST_DRAWN = 2 * EDGE
"""Characters of a word whose pieces may be drawn."""
_UNSPACED = "".join(f"{first}-{last}" for first, last in UNSPACED)
ENDS = re.compile(rf"[.!?…。।॥؟۔]['\"”“’‘»«)\]」』]*(?:\s+|(?<=[。।॥」』])|(?<=[!?])(?=[{_UNSPACED}]))")
"""Where a sentence may end: before a space, and in scripts that write none."""


def one_line(text: str) -> str:
    """Composed characters (NFC), and single spaces in place of all other white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain_line(text: str) -> str:
    """As `one_line`, with characters of one meaning made the same (NFKC): full-width letters, ligatures."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


class LinePieces:
    """A SentencePiece model over lines. Pieces never cross a space, so words can be segmented one by one."""

    def __init__(self, subword: Subword) -> None:
        self.subword = subword
        self._words: dict[str, list[int]] = {}

    def ids(self, lines: Sequence[str]) -> list[list[int]]:
        """The pieces of each line."""
        return self.subword.encode_lines(lines)

    def sampled(self, lines: Sequence[str], share: float, seed: int) -> list[list[int]]:
        """The pieces of each line, those of a `share` of its words drawn at random (Kudo 2018)."""
        random = Random(seed)
        words = [(word, random.random() < share) for line in lines for word in line.split(" ")]
        # Longer ones are whole sentences of scripts without spaces, or no words at all.
        chosen = [word for word, draw in words if draw and len(word) <= LONGEST_DRAWN]
        drawn = iter(self.subword.sample(chosen, seed))
        pieces = iter(
            next(drawn) if draw and len(word) <= LONGEST_DRAWN else self._word(word) for word, draw in words
        )
        return [[piece for _ in line.split(" ") for piece in next(pieces)] for line in lines]

    def _word(self, word: str) -> list[int]:
        known = self._words.get(word)
        if known is None:
            if len(self._words) >= WORDS:
                self._words.clear()
            known = self._words[word] = self.subword.encode_lines([word])[0]
        return known


def cut(line: str, pieces: LinePieces, longest: int) -> list[str]:
    """A line in parts of at most about `longest` pieces: cut where a sentence ends, else at a space, else anywhere."""
    if len(line) <= longest or _fits(line, pieces, longest):
        return [line] if line else []
    parts = [""]
    for sentence in _sentences(line):
        for part in _short(sentence, pieces, longest):
            if _fits(parts[-1] + part, pieces, longest):
                parts[-1] += part
            else:
                parts.append(part)
    return [part.strip() for part in parts if part.strip()]


def _fits(part: str, pieces: LinePieces, longest: int) -> bool:
    """Whether a part is short enough. No piece is 50 characters long but a run of unknown ones, which has no end."""
    return len(part) <= 50 * longest and len(pieces.ids([part])[0]) <= longest


def _sentences(line: str) -> list[str]:
    """The sentences, each with the space after it."""
    ends = [0, *(found.end() for found in ENDS.finditer(line)), len(line)]
    return [line[start:end] for start, end in pairwise(ends) if start < end]


def _short(text: str, pieces: LinePieces, longest: int) -> list[str]:
    """A sentence as it is, or halved (before a space where there is one) until each part is short enough."""
    waiting, done = [text], []
    while waiting:
        part = waiting.pop()
        if len(part) < 2 or _fits(part, pieces, longest):
            done.append(part)
            continue
        middle = len(part) // 2
        spaces = (part.rfind(" ", 1, middle), part.find(" ", middle))
        near = min((at for at in spaces if at > 0), key=lambda at: abs(at - middle), default=middle)
        waiting += [part[near:], part[:near]]
    return done
