"""Lines of text as piece ids and back, for the text encoder and decoder."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from random import Random

from seqkit.text.languages import UNSPACED
from seqkit.text.subword import EDGE, Subword

WORDS = 200_000
"""Number of words whose pieces are cached."""
LONGEST_DRAWN = 2 * EDGE
"""Maximum characters of a word whose pieces may be sampled."""
_UNSPACED = "".join(f"{first}-{last}" for first, last in UNSPACED)
ENDS = re.compile(rf"[.!?…。।॥؟۔]['\"”“’‘»«)\]」』]*(?:\s+|(?<=[。।॥」』])|(?<=[!?])(?=[{_UNSPACED}]))")
"""Possible sentence ends: before a space, and in scripts without spaces."""


def one_line(text: str) -> str:
    """Compose characters (NFC) and replace runs of white space by single spaces."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def plain_line(text: str) -> str:
    """As `one_line`, with compatibility characters replaced (NFKC), such as full-width letters and ligatures."""
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
        """The pieces of each line, with sampled segmentations for a `share` of its words (Kudo 2018)."""
        random = Random(seed)
        words = [(word, random.random() < share) for line in lines for word in line.split(" ")]
        # Longer ones are sentences of scripts without spaces, or not words.
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
    """Split a line into parts of at most about `longest` pieces: at sentence ends, else at spaces, else anywhere."""
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
    """Whether a part is short enough. Pieces have fewer than 50 characters, except runs of unknown characters."""
    return len(part) <= 50 * longest and len(pieces.ids([part])[0]) <= longest


def _sentences(line: str) -> list[str]:
    """The sentences, each with the space after it."""
    ends = [0, *(found.end() for found in ENDS.finditer(line)), len(line)]
    return [line[start:end] for start, end in pairwise(ends) if start < end]


def _short(text: str, pieces: LinePieces, longest: int) -> list[str]:
    """Halve a sentence, if possible before a space, until each part is short enough."""
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
