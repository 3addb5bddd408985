"""Split text by the rules of a tokenizer, with a cache of runs without white space.

Of a million words of running text 27,000 are different, so the result for each run is cached.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

# spaCy's tokenizer takes time quadratic in a run without blanks (1.6 ms a character for 10,000 brackets).
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
    """The words by a tokenizer of spaCy's, and the white space around them."""
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
    """The text in pieces that spaCy can take: runs without a blank that are too long are cut hard."""
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
    """The nothing after each word but the last."""
    may_join: tuple[str, ...]
    """Ends of a run before this one, with which a special case may begin that goes on in this one."""


class Runs:
    """A split by rules with a memory of runs: the same words, sooner.

    Rules split every run by itself, but for special cases, such as ":-)", which they look for among the words of the
    whole text. Where two words that stand side by side in such a case meet across white space, the whole text is split
    without the memory.
    """

    def __init__(self, split: Split, joined: Iterable[tuple[str, str]]) -> None:
        """Args: split, by the rules alone; joined, pairs of adjacent words of special cases."""
        self._whole = split
        self._before: dict[str, dict[str, list[str]]] = {}
        """First character of a word -> word -> those that stand before it in special cases."""
        for one, other in sorted(set(joined)):
            self._before.setdefault(other[0], {}).setdefault(other, []).append(one)
        self._known: dict[str, str | _Run] = {}
        """Run -> the run itself where it is one word, so that equal words are one object."""
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
