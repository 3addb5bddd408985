"""Read texts to translate, one per line, including empty lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from seqkit.examples import RecordErrors, SourceLocation
from seqkit.formats.parallel import named_as
from seqkit.formats.records import UNFIT
from seqkit.io.json_lines import json_value
from seqkit.io.text_files import BadRecord, FilePath, NotText, chomp, read_lines, suffix_of


class SourceLine(NamedTuple):
    """One line of input, without its line end."""

    text: str
    where: SourceLocation


def read_sources(path: FilePath, problems: RecordErrors, side: str = "") -> Iterator[SourceLine]:
    """Yield one text for each line of a file ("-" is stdin), in order, in constant memory; also from .gz.

    In a .tsv file the text is in the column that the first line names `side`, "source" or "text" (the header then
    counts as an empty line), else in the first column. In a .jsonl file it is the string under such a key. A line that
    is not text goes to `problems`; if it is skipped, it counts as an empty line, so that line i of the output
    corresponds to line i of the input.
    """
    suffix, column = suffix_of(path), 0
    for number, line in read_lines(path):
        where = SourceLocation(str(path), number)
        in_header = _column(line, side) if number == 1 and suffix == ".tsv" else None
        if in_header is not None:
            line, column = "", in_header
        text = line if isinstance(line, NotText) else _text(chomp(line), suffix, side, column)
        if isinstance(text, NotText):
            problems.bad(where, text.reason, text.fix)
            text = ""
        yield SourceLine(text, where)


def _names(side: str) -> list[str]:
    """Possible names of the text to translate, the most likely first."""
    return [name for name in (side, "source", "text") if name]


def _column(line: str | NotText, side: str) -> int | None:
    """The index of the text's column according to the first line of a TSV file; None if that is not a header."""
    if isinstance(line, NotText):
        return None
    cells = [cell.strip() for cell in chomp(line).split("\t")]
    if len(cells) < 2:
        return None
    names = (named_as(name, cells) for name in _names(side))
    return next((cells.index(name) for name in names if name), None)


def _text(line: str, suffix: str, side: str, column: int) -> str | NotText:
    if suffix == ".tsv" and line:
        cells = line.split("\t")
        if column < len(cells):
            return cells[column]
        return NotText(
            f"{len(cells)} column(s), and the text is in column {column + 1}", "Write all columns."
        )
    if suffix != ".jsonl" or not line.strip():
        return line
    keys = _names(side)
    fix = f'Write one object per line: {{"{keys[0]}": "…"}}.'
    try:
        record = json_value(line, fix)
    except BadRecord as bad:
        return NotText(bad.reason, bad.fix)
    if isinstance(record, dict) and isinstance(record.get("translation"), dict):
        record = record["translation"]
    present = list(record) if isinstance(record, dict) else []
    text = next((record[name] for name in (named_as(key, present) for key in keys) if name), None)
    if not isinstance(text, str):
        return NotText(f"no string under {' or '.join(map(repr, keys))}", fix)
    if UNFIT.search(text):
        return NotText("a NUL or an unpaired surrogate", "Delete it.")
    return text
