"""Split text by the rules of a tokenizer, with a cache of runs without white space.

A million words of running text have 27,000 distinct ones, so the result for each run is cached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

# spaCy's tokenizer takes time quadratic in a run without blanks (1.6 ms per character for 10,000 brackets).
_LONG_RUN = re.compile(r"(?<!\S)\S{501,}")
_RUN_PIECE = 100
_RUN = re.compile(r"(\S+)(\s*)")
_MOST_RUNS = 1 << 15
"""Size of a generation of the cache: when it is full, only runs that occur again are kept."""
_LONGEST_RUN = 40
"""Maximum characters of a cached run; longer ones rarely occur again."""

Words = tuple[str, list[str], list[str]]
"""White space before the first word, the words, the white space after each."""
Split = Callable[[str], Words]


def split_words(tokenizer: Any, text: str) -> Words:
    """Split a text by a spaCy tokenizer into words and the white space around them."""
    words: list[str] = []
    spaces = [""]
    for piece in pieces_of(text):
        for token in tokenizer(piece):
            word = token.text
            if word.isspace():
                spaces[-1] += token.text_with_ws
            else:
                words.append(word)
                spaces.append(token.whitespace_)
    return spaces[0], words, spaces[1:]


def pieces_of(text: str) -> Iterator[str]:
    """Divide the text into pieces for spaCy: runs without blanks that are too long are split anywhere."""
    start = 0
    for run in _LONG_RUN.finditer(text) if len(text) > 500 else ():
        yield text[start : run.start()]
        start = run.start()
        while run.end() - start > _RUN_PIECE:
            yield text[start : start + _RUN_PIECE]
            start += _RUN_PIECE
    yield text[start:]


class _Run(NamedTuple):
    """A run of several words, or one that a special case may join to the word before it."""

    words: list[str]
    glued: list[str]
    """An empty string (no white space) for each word but the last."""
    may_join: tuple[str, ...]
    """Ends of a preceding run with which a special case may begin that continues in this run."""


class Runs:
    """A splitter by rules with a cache of runs: the same words, in less time.

    The rules split every run independently, except for special cases such as ":-)", which are searched in the words of
    the whole text. If two adjacent words of such a case occur on both sides of white space, the whole text is split
    without the cache.
    """

    def __init__(self, split: Split, joined: Iterable[tuple[str, str]]) -> None:
        """Args: split, the splitter by rules; joined, pairs of adjacent words of special cases."""
        self._whole = split
        self._before: dict[str, dict[str, list[str]]] = {}
        """First character of a word -> word -> the words that precede it in special cases."""
        for one, other in sorted(set(joined)):
            self._before.setdefault(other[0], {}).setdefault(other, []).append(one)
        self._known: dict[str, str | _Run] = {}
        """Run -> its words; the run itself if it is one word, so that equal words are one object."""
        self._older: dict[str, str | _Run] = {}

    def __call__(self, text: str) -> Words:
        """As `split_words`."""
        words: list[str] = []
        spaces: list[str] = []
        known, add_word, add_space = self._known, words.append, spaces.append
        previous = ""
        for run, space in _RUN.findall(text):
            found = known.get(run) or self._look(run)
            if isinstance(found, str):
                add_word(found)
            else:
                if found.may_join and previous.endswith(found.may_join):
                    return self._whole(text)
                words += found.words
                spaces += found.glued
            add_space(space)
            previous = run
        return text[: len(text) - len(text.lstrip())], words, spaces

    def _look(self, run: str) -> str | _Run:
        found = self._older.get(run) or self._split(run)
        if len(run) <= _LONGEST_RUN:
            if len(self._known) >= _MOST_RUNS:
                self._known, self._older = {}, self._known
            self._known[run] = found
        return found

    def _split(self, run: str) -> str | _Run:
        words = self._whole(run)[1]
        starts = self._before.get(run[0], {})
        ends = tuple(end for start, ends in starts.items() if run.startswith(start) for end in ends)
        return run if len(words) == 1 and not ends else _Run(words, [""] * (len(words) - 1), ends)
