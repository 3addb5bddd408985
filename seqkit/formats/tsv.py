"""Read and write tab-separated values: one word per line with its labels, an empty line after each sentence.

The first line names the columns: `word`, then kinds of label. Without it the kinds are upos, xpos, feats, in this
order. The format has no quotes and no escapes: a tab or line break inside a word becomes a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from seqkit.errors import SeqkitError, shortened
from seqkit.examples import NO_LABEL, RecordErrors, Sentence, SourceLocation
from seqkit.formats.cells import one_line
from seqkit.io.limits import current_limits, how_to_raise, too_long
from seqkit.io.text_files import BadRecord, FilePath, NotText, read_lines
from seqkit.labels.kinds import in_order, kind_named, standard_kinds

WORD = "word"
WORD_COLUMNS = (WORD, "form", "token")
"""Possible names of the column of words, ignoring case."""
KIND = re.compile(r"[a-z][\w-]{0,79}")
"""Valid names of undeclared kinds of label in the first line."""

Line = tuple[int, str | NotText]
"""Line number and text."""


def read(path: FilePath, problems: RecordErrors, kinds: Sequence[str] = ()) -> Iterator[Sentence]:
    """Yield the sentences of a file, with the labels of all columns. Sentences with a malformed line go to `problems`.

    Args: kinds, names of requested columns; a first line with these names is a header.
    """
    name = str(path)
    columns: tuple[str, ...] | None = None
    for block in _blocks(path):
        if columns is None:
            columns, block = _header(name, block, kinds)
        if not block:
            continue
        try:
            sentence = _sentence([line for _, line in block], columns or ())
        except BadRecord as bad:
            problems.bad(SourceLocation(name, block[bad.row][0]), bad.reason, bad.fix)
            continue
        sentence.where = SourceLocation(name, block[0][0])
        yield sentence


def _blocks(path: FilePath) -> Iterator[list[Line]]:
    """Yield groups of lines separated by empty lines. Of a group beyond a limit, keep its first line and a fault."""
    block: list[Line] = []
    size, limits = 0, current_limits()
    for number, line in read_lines(path):
        if isinstance(line, NotText) or not line.isspace():
            size += len(line) if isinstance(line, str) else 0
            if len(block) > limits.words:
                fault = NotText(f"a sentence of more than {limits.words:,} lines", how_to_raise("words"))
            elif size > limits.record:
                fault = NotText(too_long("record", "a sentence"), how_to_raise("record"))
            else:
                block.append((number, line))
                continue
            block, size = [*block[:1], (number, fault)], 0
        elif block:
            yield block
            block, size = [], 0
    if block:
        yield block


def _header(name: str, block: list[Line], wanted: Sequence[str]) -> tuple[tuple[str, ...] | None, list[Line]]:
    """The kinds of label in the columns (None if the line is not text), and the block without a header.

    Raises SeqkitError if two columns are of one kind.
    """
    number, line = block[0]
    if isinstance(line, NotText):
        return None, block
    first, *cells = _cells(line)
    names = [cell if cell in wanted else kind_named(cell) or _other_kind(cell) for cell in cells]
    if first.lower() not in WORD_COLUMNS or not any(names):
        return standard_kinds()[: len(cells)], block
    if not all(names):
        # The header would otherwise become a word with labels in the training data.
        problem = f"{SourceLocation(name, number)}: the columns have the names {shortened(', '.join([first, *cells]))}"
        fix = f"Name them {WORD} and kinds of label in lower case, or delete the line."
        raise SeqkitError(problem, fix)
    if len(set(names)) < len(names):
        twice = next(kind for kind in names if names.count(kind) > 1)
        reason = f"two columns are of the kind {shortened(twice)}: {shortened(', '.join(cells))}"
        raise SeqkitError(f"{SourceLocation(name, number)}: {reason}", "Rename or delete one of them.")
    return tuple(names), block[1:]


def _other_kind(cell: str) -> str:
    """The cell if it can name a kind; "" for a label such as NOUN: the first word of a text may be "word"."""
    return cell if KIND.fullmatch(cell) else ""


def _sentence(lines: list[str | NotText], kinds: tuple[str, ...]) -> Sentence:
    rows = []
    for row, line in enumerate(lines):
        if isinstance(line, NotText):
            raise BadRecord(line.reason, line.fix, row)
        cells = _cells(line)
        if len(cells) != 1 + len(kinds):
            expected = " TAB ".join(("word", *kinds))
            raise BadRecord(
                f"{len(cells)} columns instead of {1 + len(kinds)}", f"Expected: {shortened(expected)}", row
            )
        if not all(cell.strip() for cell in cells):
            raise BadRecord("an empty column", "Write _ for a missing value.", row)
        rows.append(cells)
    words, *labels = (list(column) for column in zip(*rows, strict=True))
    return Sentence(words, dict(zip(kinds, labels, strict=True)))


def _cells(line: str) -> list[str]:
    return line.removesuffix("\n").removesuffix("\r").split("\t")


class Writer:
    """Writes a header, then each sentence with the header's kinds of label, `_` for a missing label.

    The kinds are upos, xpos and feats, or those of the first sentence if it has other kinds.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._kinds: tuple[str, ...] | None = None

    def write(self, sentence: Sentence) -> None:
        """Write one sentence; an empty line for one without words. Raises SeqkitError for a kind without a column."""
        kinds = self._kinds if self._kinds is not None else self._begin(sentence)
        if new := [kind for kind in sentence.labels if kind not in kinds]:
            where = f"{sentence.where}: " if sentence.where else ""
            problem = f"{where}{new[0]} labels, for which the table has no column: word, {', '.join(kinds)}"
            raise SeqkitError(problem, "Write JSON Lines, which need no columns.")
        unknown = [NO_LABEL] * len(sentence.words)
        columns = [sentence.words, *(sentence.labels.get(kind, unknown) for kind in kinds)]
        rows = ["\t".join(map(_cell, row)) + "\n" for row in zip(*columns, strict=True)]
        self._file.write(("".join(rows) + "\n").encode())

    def close(self) -> None:
        """Write the header if no sentence was written."""
        if self._kinds is None:
            self._begin(Sentence([]))

    def _begin(self, sentence: Sentence) -> tuple[str, ...]:
        """Write the header; return the kinds of its columns."""
        standard = standard_kinds()
        self._kinds = standard if set(sentence.labels) <= set(standard) else in_order(sentence.labels)
        self._file.write(("\t".join((WORD, *self._kinds)) + "\n").encode())
        return self._kinds


def _cell(text: str) -> str:
    return one_line(text).strip() or NO_LABEL
