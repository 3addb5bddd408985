"""Validate CoNLL-U blocks: a fast test without false negatives, and slower checks that describe the fault."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from seqkit.errors import shortened
from seqkit.io.text_files import BadRecord

COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")
MAY_HOLD_SPACES = ("FORM", "LEMMA", "MISC")
RANGE = re.compile(r"([1-9][0-9]{0,8})-([1-9][0-9]{0,8})")
EMPTY_NODE = re.compile(r"(0|[1-9][0-9]*)\.([1-9][0-9]*)")
SPACES = [char for char in map(chr, range(0x3001)) if char.isspace() and char not in "\t\n"]
ASCII_SPACES = [char for char in SPACES if char.isascii()]


class Range(NamedTuple):
    """A multiword token: its line (after the comments, from 0), the IDs of its first and last word."""

    row: int
    first: int
    last: int


def may_be_faulty(body: str, cells: list[str], rows: int) -> bool:
    """Whether the lines of a block may have a fault and need the slower checks.

    Each line has ten cells if there are ten per line in total and only every tenth cell has a line end.

    Args:
        body: the lines, joined by tab and line end.
        cells: the cells of all lines; the first cell of each line keeps the preceding line end.
        rows: number of lines.
    """
    spaces = ASCII_SPACES if body.isascii() else SPACES
    return (
        len(cells) != len(COLUMNS) * rows
        or "".join(cells[0::10]).count("\n") != rows - 1
        or not all(cells)
        or any(map(body.__contains__, spaces))
    )


def check_rows(lines: list[str], start: int) -> None:
    """Raise BadRecord for the first line from `start` on that does not have ten valid cells."""
    if start == len(lines):
        raise BadRecord("a sentence without words", "Delete its comments, or add its words.")
    for row in range(start, len(lines)):
        line = lines[row]
        if line.startswith("#"):
            raise BadRecord("a comment inside a sentence", "Put comments before the first word.", row)
        if line.isspace():
            raise BadRecord(
                "white space on an empty line", "Delete the white space between the sentences.", row
            )
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            raise BadRecord(
                f"{len(cells)} columns instead of 10", "Separate ten columns by one tab each.", row
            )
        for name, cell in zip(COLUMNS, cells, strict=True):
            _check_cell(row, name, cell)


def _check_cell(row: int, name: str, cell: str) -> None:
    if not cell:
        raise BadRecord(f"the column {name} is empty", "Write _ for a missing value.", row)
    if cell != cell.strip():
        raise BadRecord(
            f"white space at an end of the column {name}: {shortened(repr(cell))}", "Delete it.", row
        )
    if name not in MAY_HOLD_SPACES and len(cell.split()) > 1:
        reason = f"white space in the column {name}: {shortened(repr(cell))}"
        raise BadRecord(reason, "Only FORM, LEMMA and MISC may contain it.", row)


def check_ids(ids: Sequence[str], start: int) -> list[Range]:
    """Return the ranges among the IDs. Args: start, line of the first ID. Raises BadRecord for an invalid ID."""
    ranges: list[Range] = []
    word = node = 0
    for row, id in enumerate(ids):
        if id == str(word + 1):
            word, node = word + 1, 0
        elif match := RANGE.fullmatch(id):
            new = Range(row, int(match[1]), int(match[2]))
            _check_range(start + row, new, word, ranges)
            ranges.append(new)
        elif id == f"{word}.{node + 1}":
            node += 1
        else:
            raise _bad_id(start + row, id, word, node)
    if ranges and ranges[-1].last > word:
        fix = f"The last word is {word}."
        raise BadRecord(f"the range {_id(ranges[-1])} ends after the last word", fix, start + ranges[-1].row)
    if not word:
        raise BadRecord("a sentence without words", "Number its words from 1.", start)
    return ranges


def _check_range(row: int, new: Range, word: int, ranges: list[Range]) -> None:
    """Raise BadRecord for an invalid range. Args: word, number of the word before it; ranges, the earlier ranges."""
    if new.first > new.last:
        raise BadRecord(f"the range {_id(new)} runs backwards", "Correct or delete it.", row)
    if ranges and new.first <= ranges[-1].last:
        raise BadRecord(
            f"the range {_id(new)} overlaps the range {_id(ranges[-1])}", "Correct or delete one.", row
        )
    if new.first != word + 1:
        reason = f"the range {_id(new)} is before word {word + 1}"
        raise BadRecord(reason, f"Put it before word {new.first}.", row)


def _bad_id(row: int, id: str, word: int, node: int) -> BadRecord:
    if EMPTY_NODE.fullmatch(id):
        reason = f"expected the empty node {word}.{node + 1}, got {shortened(id)}"
        return BadRecord(reason, "Number empty nodes in order.", row)
    if id.isdecimal():
        return BadRecord(
            f"expected the ID {word + 1}, got {shortened(id)}", "Number the words 1, 2, 3, …", row
        )
    return BadRecord(
        f"{shortened(repr(id))} is not an ID", "IDs look like 3 (word), 3-4 (range) or 3.1 (empty node).", row
    )


def _id(range: Range) -> str:
    return f"{range.first}-{range.last}"
