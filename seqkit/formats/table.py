"""Write sentences as aligned columns: one word per line, coloured by UPOS on a terminal."""

from __future__ import annotations

import os
from typing import BinaryIO

from seqkit.examples import NO_LABEL, Sentence
from seqkit.io.visible import visible
from seqkit.labels.kinds import in_order

COLOURS = {
    "NOUN": 36,
    "PROPN": 96,
    "VERB": 32,
    "AUX": 92,
    "ADJ": 33,
    "ADV": 93,
    "PRON": 35,
    "DET": 95,
    "ADP": 34,
}
"""UPOS -> ANSI colour code; other tags are not coloured."""


class Writer:
    """Writes each sentence as a block of aligned columns, followed by an empty line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._colour = file.isatty() and not os.environ.get("NO_COLOR")

    def write(self, sentence: Sentence) -> None:
        """Write one sentence; control characters are shown as escapes, so that a word stays on one line."""
        kinds = in_order(sentence.labels)
        columns = [list(map(visible, sentence.words)), *(_column(sentence, kind) for kind in kinds)]
        widths = [max(map(_width, column), default=0) for column in columns]
        for row in zip(*columns, strict=True):
            cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
            if "upos" in kinds and self._colour:
                place = 1 + kinds.index("upos")
                cells[place] = self._coloured(cells[place], row[place].partition(" ")[0])
            if row[-1] == NO_LABEL and len(cells) > 2:
                cells.pop()
            self._file.write(("  ".join(cells).rstrip() + "\n").encode())
        if sentence.words:
            self._file.write(b"\n")

    def close(self) -> None:
        """Do nothing: sentences are not buffered."""

    def _coloured(self, cell: str, tag: str) -> str:
        return f"\x1b[{COLOURS[tag]}m{cell}\x1b[0m" if tag in COLOURS else cell


def _column(sentence: Sentence, kind: str) -> list[str]:
    """The labels of a kind, or the best labels with their probabilities."""
    if kind not in sentence.ranked:
        return list(map(visible, sentence.labels[kind]))
    return ["  ".join(f"{visible(label)} {p:.2f}" for label, p in word) for word in sentence.ranked[kind]]


def _width(text: str) -> int:
    from rich.cells import cell_len

    return cell_len(text)
