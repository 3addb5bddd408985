"""Boundaries of paragraphs and sentences by one rule for all languages, from the text alone.

The thresholds were chosen on the training splits of two treebanks; `docs/benchmarks.md` has the scores.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_MARKS = ".!?…‼⁇⁈⁉؟۔։።፧፨။།༎។៕᠃᠉꓿꘎꛳꛷．।॥"
# These end a sentence even without a following space.
_WIDE = "。！？｡।॥"
_CLOSING = r"\"'”’»›)\]}」』】）》〉＂＇"
_END = re.compile(
    rf"(?<![{_MARKS}])([{_MARKS}]++)((?:[{_CLOSING}]|\s»(?=\s))*+)(?=\s)|(?<![{_WIDE}])([{_WIDE}]++)[{_CLOSING}]*+"
)
_NEWLINES = re.compile(r"[\n\r\x85\u2028\u2029]\s*")
_FIRST_WORD = re.compile(r"\S+")
_NEXT_LETTER = re.compile(r"\s*+[^\w\s]{0,5}+(.)", re.DOTALL)
_INNER_DOTS = re.compile(r"(?:[^\W\d_]{1,2}\.)+[^\W\d_]{1,2}")

_LONGEST_ABBREVIATION = 3
"""Maximum letters of a short form: "etc. and" continues, "ended. and" does not (informal text starts sentences in lower
case)."""


def paragraph_starts(text: str) -> list[int]:
    """Offsets at which a new paragraph starts: after a blank line (any kind of line end) or U+2029."""
    return [
        run.end()
        for run in _NEWLINES.finditer(text)
        if run.start() and run.end() < len(text) and _is_blank_line(run.group())
    ]


def _is_blank_line(run: str) -> bool:
    if run == "\n":
        return False
    ends = run.replace("\r\n", "\n")
    return "\u2029" in ends or sum(ends.count(end) for end in "\n\r\x85\u2028") > 1


def sentence_starts(paragraph: str, abbreviations: Collection[str]) -> list[int]:
    """Offsets at which a new sentence starts, in a paragraph that begins with a word.

    A sentence ends at final punctuation with closing quotes or brackets, except after an abbreviation, an initial or a
    list number, or before a word in lower case; and at a line end that is not explained by the line width.
    """
    starts = set(_after_short_lines(paragraph))
    start = 0
    for end in _END.finditer(paragraph):
        if not _continues(paragraph, end, start, abbreviations):
            start = end.end()
            while start < len(paragraph) and paragraph[start].isspace():
                start += 1
            starts.add(start)
    starts.discard(len(paragraph))
    return sorted(starts)


def _continues(text: str, end: re.Match[str], start: int, abbreviations: Collection[str]) -> bool:
    """Whether the sentence that began at `start` continues after the final punctuation `end`."""
    found = _NEXT_LETTER.match(text, end.end())
    lower = found is not None and found.group(1).islower()
    marks, closed = end[1] or end[3], bool(end[2])
    if found is not None and text[found.start() : found.end()].lstrip()[0] in ".!?…":
        return True
    if lower and (closed or marks[-2:] == ".." or marks[-1] == "…"):
        return True
    return marks == "." and _is_short_form(text, end.start(), start, lower, abbreviations)


def _is_short_form(text: str, dot: int, start: int, lower: bool, abbreviations: Collection[str]) -> bool:
    """Whether the full stop belongs to the previous word: abbreviation, initial, list number or day."""
    before = text[max(start, dot - 40) : dot]
    if not before or before[-1].isspace():
        return False
    word = before.split()[-1].lstrip("([{\"'«“‘-")
    if word + "." in abbreviations or _INNER_DOTS.fullmatch(word):
        return True
    if len(word) == 1 and word.isupper():
        return True
    if word.isdigit():
        return lower or not text[start : dot - len(word)].strip()
    return lower and len(word) <= _LONGEST_ABBREVIATION


def _after_short_lines(paragraph: str) -> Iterator[int]:
    """Starts of lines whose first word would have fitted on the previous line, so that the line end is intended.

    The width is that of the longest of the four lines around. A line that starts in lower case continues the sentence.
    """
    breaks = list(_NEWLINES.finditer(paragraph))
    starts = [0, *(gap.end() for gap in breaks)]
    ends = [*(gap.start() for gap in breaks), len(paragraph)]
    widths = [end - start for start, end in zip(starts, ends, strict=True)]
    for line in range(1, len(starts)):
        word = _FIRST_WORD.match(paragraph, starts[line])
        if word is None or word.group().lstrip("-*•([\"'")[:1].islower():
            continue
        if widths[line - 1] + 1 + len(word.group()) <= max(widths[max(line - 2, 0) : line + 2]):
            yield starts[line]
