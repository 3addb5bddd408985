"""Data augmentation: texts of one sentence, and informal writing (letter case, missing final stops, line ends).

Labels follow their characters.

Shapes: T characters.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from seqkit_segmenter.examples import IGNORED, TOKEN, Paragraph

STOPS = frozenset(".!?。！？…।؟")
WIDTHS = (40, 90)
"""Minimum and maximum line width of wrapped text, in characters."""


def noisy(paragraph: Paragraph, random: Generator, share: float) -> Paragraph:
    """Change a paragraph in one way with probability `share`."""
    if random.random() >= share:
        return paragraph
    ways, weights = zip(*WAYS, strict=True)
    way = ways[random.choice(len(ways), p=np.array(weights) / sum(weights))]
    return way(paragraph, random)


def in_lower_case(paragraph: Paragraph, random: Generator) -> Paragraph:
    """Convert all letters to lower case."""
    return _mapped(paragraph, str.lower)


def in_upper_case(paragraph: Paragraph, random: Generator) -> Paragraph:
    """Convert all letters to upper case."""
    return _mapped(paragraph, str.upper)


def without_stops(paragraph: Paragraph, random: Generator) -> Paragraph:
    """Remove the final stop of some sentences, half of them on average."""
    text, ends_T, stops_T = paragraph.text, paragraph.ends_T, paragraph.stops_T.copy()
    keep_T = np.ones(len(text), dtype=bool)
    for place in np.flatnonzero(stops_T).tolist():
        plain = place > 1 and text[place] in STOPS and ends_T[place] == TOKEN and ends_T[place - 1] > 0
        if plain and random.random() < 0.5:
            keep_T[place], stops_T[place - 1] = False, True
    kept = "".join(letter for letter, keep in zip(text, keep_T.tolist(), strict=True) if keep)
    return Paragraph(kept, ends_T[keep_T], stops_T[keep_T])


def without_stops_or_capitals(paragraph: Paragraph, random: Generator) -> Paragraph:
    """Remove final stops and capital letters, as in chats."""
    return in_lower_case(without_stops(paragraph, random), random)


def one_sentence(paragraph: Paragraph, random: Generator) -> Paragraph:
    """A sentence alone. In a treebank of long documents hardly any text ends after its first sentence."""
    last = np.flatnonzero(paragraph.stops_T)
    labelled = np.flatnonzero(paragraph.ends_T[last] != IGNORED)
    if len(last) < 2 or not len(labelled):
        return paragraph
    number, ends = int(random.choice(labelled)), (last + 1).tolist()
    start = ends[number - 1] if number else 0
    start += len(paragraph.text) - start - len(paragraph.text[start:].lstrip())
    part = slice(start, ends[number])
    return Paragraph(paragraph.text[part], paragraph.ends_T[part], paragraph.stops_T[part])


def on_lines(paragraph: Paragraph, random: Generator) -> Paragraph:
    """One line per sentence, sometimes two sentences on a line."""
    return _with_line_ends(
        paragraph, random, lambda at: bool(paragraph.stops_T[at]) and random.random() < 0.8
    )


def as_list(paragraph: Paragraph, random: Generator) -> Paragraph:
    """One line per sentence, without final stops."""
    return on_lines(without_stops(paragraph, random), random)


def wrapped(paragraph: Paragraph, random: Generator) -> Paragraph:
    """Wrap the text to lines of about equal width."""
    width, start = int(random.integers(*WIDTHS)), 0

    def ends(at: int) -> bool:
        nonlocal start
        following = paragraph.text.find(" ", at + 2)
        following = len(paragraph.text) if following < 0 else following
        if following - start <= width:
            return False
        start = at + 2
        return True

    return _with_line_ends(paragraph, random, ends)


WAYS: tuple[tuple[Callable[[Paragraph, Generator], Paragraph], float], ...] = (
    (in_lower_case, 3.0),
    (in_upper_case, 2.0),
    (without_stops, 3.0),
    (without_stops_or_capitals, 2.0),
    (on_lines, 2.0),
    (as_list, 2.0),
    (wrapped, 3.0),
    (one_sentence, 6.0),
)
"""The ways to change a paragraph, each with its weight."""


def _mapped(paragraph: Paragraph, change: Callable[[str], str]) -> Paragraph:
    """Change every character whose result is a single character."""
    text = "".join(new if len(new := change(letter)) == 1 else letter for letter in paragraph.text)
    return Paragraph(text, paragraph.ends_T, paragraph.stops_T)


def _with_line_ends(paragraph: Paragraph, random: Generator, ends: Callable[[int], bool]) -> Paragraph:
    """Replace single spaces by line ends after the characters for which `ends` is true."""
    letters = list(paragraph.text)
    for at in range(len(letters) - 2):
        single = letters[at + 1] == " " and not letters[at].isspace() and not letters[at + 2].isspace()
        if single and ends(at):
            letters[at + 1] = "\n"
    return Paragraph("".join(letters), paragraph.ends_T, paragraph.stops_T)
