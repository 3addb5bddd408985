"""Sentences as a self-contained HTML page: words coloured by UPOS, tags above them, every label on hover."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape
from io import BytesIO
from typing import BinaryIO

from seqkit.examples import Multiword, Sentence
from seqkit.labels.kinds import in_order, kind_spec
from seqkit.labels.schemes import OUTSIDE

COLOURS = {
    "NOUN": "#cfe8ff",
    "PROPN": "#a9d3f5",
    "VERB": "#cdeccd",
    "AUX": "#e0f3d8",
    "ADJ": "#ffe3b8",
    "ADV": "#fff2c2",
    "PRON": "#ecd6f5",
    "DET": "#f6e2ee",
    "ADP": "#dfe3ea",
    "NUM": "#d3f1ee",
    "CCONJ": "#eee3d3",
    "SCONJ": "#e6d9c6",
    "PART": "#e9eecb",
    "INTJ": "#ffd5cf",
}
"""UPOS -> background colour; words with other tags have none."""
HEAD = """<!DOCTYPE html>
<html><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Parts of speech</title><style>
body { font: 1.1em/2.6 Georgia, serif; max-width: 50em; margin: 2em auto; padding: 0 1em }
body { color: #222; background: #fff }
"""
WORDS = """ruby { border-radius: .25em; padding: .1em .15em; cursor: help }
rt { font: .55em/1 sans-serif; color: #555; user-select: none }
"""
REST = """h2 { font: bold 1em/1.5 sans-serif }
.legend { font: .75em/2 sans-serif }
.legend span { padding: .1em .4em; margin-right: .4em; border-radius: .25em; white-space: nowrap }
"""
INSIDE = ".seqkit"
"""CSS class that limits the styles of a fragment."""
BREAK = re.compile(r"\n[ \t\r]*\n")
"""An empty line, which separates two paragraphs."""


class Writer:
    """Writes a page that keeps the white space between words."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._in_paragraph = False
        self._begin()

    def write(self, sentence: Sentence) -> None:
        """Write one sentence. Running text keeps its paragraphs; any other sentence becomes a paragraph."""
        if sentence.document:
            self._end_paragraph()
            self._write(f'<h2 dir="auto">{escape(sentence.document)}</h2>\n')
        if not self._in_paragraph:
            self._write('<p dir="auto">')
            self._in_paragraph = True
        spaces = sentence.spaces or [" "] * len(sentence.words)
        tokens = (_token(sentence, token) + escape(spaces[token.last]) for token in sentence.tokens)
        self._write("".join(tokens))
        if sentence.offset is None or (spaces and BREAK.search(spaces[-1])):
            self._end_paragraph()

    def close(self) -> None:
        """End the page."""
        self._end_paragraph()
        self._end()

    def _begin(self) -> None:
        self._write(f"{HEAD}{WORDS}{REST}{_colours()}</style></head><body>\n")
        legend = "".join(f'<span class="{tag}">{tag}</span>' for tag in COLOURS)
        self._write(f'<p class="legend">{legend}</p>\n')

    def _end(self) -> None:
        self._write("</body></html>\n")

    def _end_paragraph(self) -> None:
        if self._in_paragraph:
            self._write("</p>\n")
        self._in_paragraph = False

    def _write(self, text: str) -> None:
        self._file.write(text.encode())


class _Fragment(Writer):
    """Writes a part of another page, without affecting the styles of that page."""

    def _begin(self) -> None:
        rules = (WORDS + _colours()).splitlines()
        styles = "\n".join(f"{INSIDE} {rule}" for rule in rules)
        self._write(f'<div class="{INSIDE[1:]}" style="line-height: 2.6"><style>\n{styles}\n</style>\n')

    def _end(self) -> None:
        self._write("</div>\n")


def fragment(sentences: Iterable[Sentence]) -> str:
    """Format sentences as an HTML fragment for notebooks."""
    file = BytesIO()
    writer = _Fragment(file)
    for sentence in sentences:
        writer.write(sentence)
    writer.close()
    return file.getvalue().decode()


def _colours() -> str:
    return "".join(f".{tag} {{ background: {colour} }}\n" for tag, colour in COLOURS.items())


def _token(sentence: Sentence, token: Multiword) -> str:
    """Format a token: its form in the colour of its first word, tags above it, all labels on hover."""
    tags = _tags_above(sentence, token)
    style = f' class="{tags[0]}"' if tags[0] in COLOURS else ""
    above = escape("+".join(tags) if any(tags) else "")
    return (
        f'<ruby{style} title="{escape(_hover(sentence, token))}">{escape(token.form)}<rt>{above}</rt></ruby>'
    )


def _tags_above(sentence: Sentence, token: Multiword) -> list[str]:
    """The labels of a token's words, of the first kind that is displayed above words; "" outside of spans."""
    words = range(token.first, token.last + 1)
    above = next((kind for kind in in_order(sentence.labels) if kind_spec(kind).above), None)
    if above is None:
        return [""] * len(words)
    hidden = OUTSIDE if kind_spec(above).scheme else ()
    return ["" if (tag := sentence.labels[above][index]) in hidden else tag for index in words]


def _hover(sentence: Sentence, token: Multiword) -> str:
    lines = []
    for index in range(token.first, token.last + 1):
        if token.last > token.first:
            lines.append(sentence.words[index])
        lines += [_label_text(sentence, kind, index) for kind in in_order(sentence.labels)]
    return "\n".join(lines)


def _label_text(sentence: Sentence, kind: str, index: int) -> str:
    """The label of one word, or its best labels with their probabilities."""
    if kind not in sentence.ranked:
        return f"{kind}: {sentence.labels[kind][index]}"
    return f"{kind}: " + ", ".join(f"{label} {p:.1%}" for label, p in sentence.ranked[kind][index])
