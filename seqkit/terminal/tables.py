"""Print tables as plain text, which can be piped, without importing rich."""

from __future__ import annotations

import json
import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from seqkit.io.streams import data_text
from seqkit.io.visible import visible, visible_json

if TYPE_CHECKING:
    from seqkit.evaluation.report import Table


NARROWEST = 14
"""Minimum width of a wrapped column, in characters."""


def print_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a header and rows to stdout; on a terminal wide columns are wrapped if the table does not fit."""
    print(_shown(header, rows), file=data_text())


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table with a header and padded columns; columns of numbers are right-aligned.

    Control characters are shown as escapes.
    """
    header = list(map(visible, header))
    lines = [list(map(visible, row)) for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(header, *lines, strict=True)]
    right_aligned = [all(_is_number(cell) for cell in column) for column in zip(*lines, strict=True)]
    right_aligned = right_aligned or [False] * len(widths)
    return "\n".join(_line(row, widths, right_aligned) for row in [header, *lines])


def _shown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Format a table; on a terminal wide columns are wrapped if the table does not fit."""
    lines = [list(map(visible, row)) for row in [header, *rows]]
    if not data_text().isatty():
        return table(lines[0], lines[1:])
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    narrowed = _narrowed(widths, shutil.get_terminal_size().columns - 2 * (len(widths) - 1))
    if narrowed == widths:
        return table(lines[0], lines[1:])
    return table(lines[0], [part for line in lines[1:] for part in _wrapped(line, narrowed)])


def _narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Narrow the widest columns, down to NARROWEST, until the sum of widths is at most `room`, if possible."""
    narrowed = list(widths)
    while sum(narrowed) > room and max(narrowed) > NARROWEST:
        narrowed[narrowed.index(max(narrowed))] -= 1
    return narrowed


class _Wrapper(textwrap.TextWrapper):
    """Breaks lines at white space, and paths after a slash."""

    wordsep_simple_re = re.compile(r"(\s+|(?<=/)(?=[^/\s]))")


def _wrapped(line: Sequence[str], widths: Sequence[int]) -> list[list[str]]:
    """Wrap the cells of a row to these widths; returns the lines."""
    cells = [
        _Wrapper(width, break_long_words=False, break_on_hyphens=False).wrap(cell)
        for cell, width in zip(line, widths, strict=True)
    ]
    return [
        [cell[number] if number < len(cell) else "" for cell in cells]
        for number in range(max(1, *map(len, cells)))
    ]


def _line(row: Sequence[str], widths: Sequence[int], right_aligned: Sequence[bool]) -> str:
    cells = [
        cell.rjust(width) if right else cell.ljust(width)
        for cell, width, right in zip(row, widths, right_aligned, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _is_number(cell: str) -> bool:
    return not cell.strip("-–") or cell[0].isdigit()


def size(count: int) -> str:
    """Format a number of bytes: 13.5 MB."""
    amount = float(count)
    for unit in ("B", "kB", "MB"):
        if amount < 999.5:
            return f"{amount:.3g} {unit}"
        amount /= 1000
    return f"{amount:.3g} GB"


def print_tables(title: str, parts: Iterable[Table]) -> None:
    """Write a title, then each table with its own title, to stdout."""
    print(visible(title), file=data_text())
    for part in parts:
        print(f"\n{visible(part.title)}\n{_shown(part.header, part.rows)}", file=data_text())


def show_json(data: Any) -> None:
    """Write data as JSON to stdout."""
    print(visible_json(json.dumps(data, ensure_ascii=False, indent=2)), file=data_text())


def say(message: str) -> None:
    """Print a message to stderr unless it is empty."""
    if message:
        print(message, file=sys.stderr)
