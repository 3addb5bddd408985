"""What is to be translated, one text a line: every line counts, the empty ones too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from seqkit.formats.examples import Problems, Where
from seqkit.formats.lines import FilePath, NotText, chomp, read_lines, suffix_of
from seqkit.formats.records import UNFIT


class SourceLine(NamedTuple):
    """One line of input, without its line end."""

    text: str
    where: Where


def read_sources(path: FilePath, problems: Problems, side: str = "") -> Iterator[SourceLine]:
    """One text for each line of a file (of stdin for "-"), in order, in flat memory; also from .gz.

    Of a .tsv file the first column; of a .jsonl file the string under `side`, "source" or "text". A line that
    is not text goes to `problems` and, where those are skipped, counts as an empty one: line i of the output
    always belongs to line i of the input.
    """
    suffix = suffix_of(path)
    for number, line in read_lines(path):
        where = Where(str(path), number)
        text = line if isinstance(line, NotText) else _text(chomp(line), suffix, side)
        if isinstance(text, NotText):
            problems.bad(where, text.reason, text.fix)
            text = ""
        yield SourceLine(text, where)


def _text(line: str, suffix: str, side: str) -> str | NotText:
    if suffix == ".tsv":
        return line.split("\t")[0]
    if suffix != ".jsonl" or not line.strip():
        return line
    keys = [key for key in (side, "source", "text") if key]
    fix = f'Write one object a line: {{"{keys[0]}": "…"}}.'
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return NotText(f"not JSON ({error})", fix)
    found = next((record[key] for key in keys if key in record), None) if isinstance(record, dict) else None
    if not isinstance(found, str):
        return NotText(f"no string under {' or '.join(map(repr, keys))}", fix)
    if UNFIT.search(found):
        return NotText("a NUL or half a surrogate pair", "Delete it.")
    return found
