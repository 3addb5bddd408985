"""Tab-separated values: one word a line with its labels, an empty line after each sentence.

The first line names the columns: `word`, then some of `upos`, `xpos`, `feats`. Without it they are taken in
this order. There is no quoting and no escape: for a tab or a line break inside a word, a space is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from seqkit.errors import SeqkitError
from seqkit.formats.examples import LABELS, NO_LABEL, Problems, Sentence, Where
from seqkit.formats.lines import BadRecord, FilePath, NotText, read_lines

BREAKS = re.compile("[\t\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
HEADER = ("word", *LABELS)
WORD_COLUMNS = ("word", "form", "token")
LABEL_COLUMNS = (*LABELS, "pos", "tag", "label", "lemma")
"""Names, in any case, by which a first line that names columns in another way is known."""
COLUMNS = f"Call them word, then some of {', '.join(LABELS)}; or leave that line out."

Line = tuple[int, str | NotText]
"""Its number, and its text."""


def read(path: FilePath, problems: Problems) -> Iterator[Sentence]:
    """The sentences of a file. A sentence with a malformed line goes to `problems`."""
    name = str(path)
    kinds: tuple[str, ...] | None = None
    for block in _blocks(path):
        if kinds is None:
            kinds, block = _header(name, block)
        if not block:
            continue
        try:
            sentence = _sentence([line for _, line in block], kinds or ())
        except BadRecord as bad:
            problems.bad(Where(name, block[bad.row][0]), bad.reason, bad.fix)
            continue
        sentence.where = Where(name, block[0][0])
        yield sentence


def _blocks(path: FilePath) -> Iterator[list[Line]]:
    """Lines that have no empty line between them."""
    block: list[Line] = []
    for number, line in read_lines(path):
        if isinstance(line, NotText) or not line.isspace():
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _header(name: str, block: list[Line]) -> tuple[tuple[str, ...] | None, list[Line]]:
    """The kinds of label in the columns (None where the line is not text), and the block without a header.

    Raises SeqkitError where the columns have other names.
    """
    number, line = block[0]
    if isinstance(line, NotText):
        return None, block
    first, *kinds = _cells(line)
    if first == HEADER[0] and kinds and set(kinds) <= set(LABELS):
        return tuple(kinds), block[1:]
    if first.lower() in WORD_COLUMNS and kinds and kinds[0].lower() in LABEL_COLUMNS:
        # Read as a word and its label it would be trained on.
        problem = f"{Where(name, number)}: the columns are called {', '.join([first, *kinds])}"
        raise SeqkitError(problem, COLUMNS)
    return LABELS[: len(kinds)], block


def _sentence(lines: list[str | NotText], kinds: tuple[str, ...]) -> Sentence:
    rows = []
    for row, line in enumerate(lines):
        if isinstance(line, NotText):
            raise BadRecord(line.reason, line.fix, row)
        cells = _cells(line)
        if len(cells) != 1 + len(kinds):
            expected = " TAB ".join(("word", *kinds))
            raise BadRecord(f"{len(cells)} columns instead of {1 + len(kinds)}", f"Expected: {expected}", row)
        if not all(cell.strip() for cell in cells):
            raise BadRecord("an empty column", "Write _ where there is no value.", row)
        rows.append(cells)
    words, *labels = (list(column) for column in zip(*rows, strict=True))
    return Sentence(words, dict(zip(kinds, labels, strict=True)))


def _cells(line: str) -> list[str]:
    return line.removesuffix("\n").removesuffix("\r").split("\t")


class Writer:
    """Writes a header, then each sentence with all kinds of label, `_` where one is not known."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._file.write(("\t".join(HEADER) + "\n").encode())

    def write(self, sentence: Sentence) -> None:
        """Write one sentence; one without words leaves an empty line."""
        unknown = [NO_LABEL] * len(sentence.words)
        columns = [sentence.words, *(sentence.labels.get(kind, unknown) for kind in LABELS)]
        rows = ["\t".join(map(_cell, row)) + "\n" for row in zip(*columns, strict=True)]
        self._file.write(("".join(rows) + "\n").encode())

    def close(self) -> None:
        """Nothing is left to do: every line is complete."""


def _cell(text: str) -> str:
    return BREAKS.sub(" ", text).strip() or NO_LABEL
