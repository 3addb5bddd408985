"""Read parallel text: one file per side, columns of a TSV file, or JSON Lines.

Each reader yields rows: a location, and one text per side in the requested order. A row that cannot be read goes to
`problems`; the texts are not checked.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from seqkit.errors import SeqkitError, shortened
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.formats.records import UNFIT
from seqkit.io.json_lines import json_object
from seqkit.io.text_files import BadRecord, FilePath, NotText, chomp, is_blank, read_lines, read_records

Row = tuple[SourceLocation, tuple[str, ...]]
CODE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
"""The name of a language: `en`, `ja-JP`, `zh_Hans`, `English`."""
REGIONAL = re.compile(r"[A-Za-z]{2,3}([-_]([A-Za-z]{2}|[A-Za-z]{4}|\d{3}))*")
"""A language code with script or region (BCP 47); words such as "en-route" do not match."""
GENERIC = ("source", "target")
"""Generic names of two sides, in this order."""


@dataclass(frozen=True)
class ColumnNames:
    """Possible names of the columns of a table, in addition to the names of the sides."""

    of_sides: tuple[tuple[str, ...], ...] = ()
    """Other names of each side, the most likely first."""
    known: frozenset[str] = frozenset({*GENERIC, "src", "tgt", "text", "class", "label", "path"})
    """Names in this spelling; a first line with two of them is a header, not data."""

    def find(self, present: Collection[str], sides: Sequence[str]) -> list[str]:
        """Return the column in `present` of each side; empty if a side has none, or two sides have the same."""
        if len(self.of_sides) != len(sides):
            return []
        columns = [next((name for name in names if name in present), "") for names in self.of_sides]
        return columns if "" not in columns and len(set(columns)) == len(columns) else []


def read_files(paths: Sequence[FilePath], problems: RecordErrors) -> Iterator[Row]:
    """Yield line i of every file, for each i, without line ends; the location is that in the first file.

    Lines that are not text, and lines without a counterpart in another file, go to `problems`.
    """
    names, lengths = [str(path) for path in paths], dict[int, int]()
    for number, lines in enumerate(zip_longest(*(read_lines(path) for path in paths)), 1):
        if None in lines:
            long = next(name for name, line in zip(names, lines, strict=True) if line is not None)
            for index, line in enumerate(lines):
                if line is None:
                    lengths.setdefault(index, number - 1)
            short = lines.index(None)
            reason = f"no matching line in {names[short]}, which ends after {lengths[short]} lines"
            problems.bad(
                SourceLocation(long, number), reason, "Line i of one file must translate line i of the other."
            )
            continue
        texts = []
        for name, (_, text) in zip(names, lines, strict=True):
            if isinstance(text, NotText):
                problems.bad(SourceLocation(name, number), text.reason, text.fix)
                break
            texts.append(chomp(text))
        else:
            yield SourceLocation(names[0], number), tuple(texts)


def read_tsv(
    path: FilePath,
    sides: Sequence[str],
    problems: RecordErrors,
    columns: Sequence[str] = (),
    names: ColumnNames | None = None,
) -> Iterator[Row]:
    """Yield the columns `sides` of every line.

    The first line may be a header that names the columns by these sides, by source and target, or by `names`. Without
    a header the columns are `columns`, or the sides in their order; further columns are ignored. Blank lines before the
    first row are skipped. Raises SeqkitError if the first line is a header by `names` but lacks one of the sides.
    """
    name, order, width = str(path), list(columns or sides), 0
    for number, line in read_lines(path):
        if isinstance(line, NotText):
            problems.bad(SourceLocation(name, number), line.reason, line.fix)
            continue
        if not width and is_blank(line):
            continue
        cells = chomp(line).split("\t")
        if not width:
            width = len(cells)
            if header := _header(cells, sides, names):
                order = header
                continue
            if names is not None:
                _check_no_header(SourceLocation(name, number), cells, sides, names)
            if len(cells) < len(order):
                width = len(order)
        if len(cells) != width:
            reason = f"{len(cells)} column(s) instead of {width}"
            problems.bad(
                SourceLocation(name, number),
                reason,
                f"Expected: {shortened(' TAB '.join(order))}; no tab inside a text.",
            )
            continue
        yield SourceLocation(name, number), tuple(cells[order.index(side)] for side in sides)


def _check_no_header(
    where: SourceLocation, cells: Sequence[str], sides: Sequence[str], names: ColumnNames
) -> None:
    """Raise SeqkitError for a header without the needed columns, which would otherwise be read as data."""
    known = {cell.strip() for cell in cells} & (names.known | set(sides))
    if len(known) < 2:
        return
    others = [
        "/".join(dict.fromkeys((side, *also))) for side, also in zip(sides, names.of_sides, strict=False)
    ]
    problem = f"{where}: names columns ({shortened(', '.join(sorted(known)))}), but not those of both sides"
    raise SeqkitError(problem, f"Name them {' and '.join(others or sides)}, or delete the line.")


def _header(cells: Sequence[str], sides: Sequence[str], also: ColumnNames | None) -> list[str]:
    """The columns, renamed to the sides that they contain, if the first line names these; else an empty list."""
    names = [cell.strip() for cell in cells]
    sides_by_name = {named_as(side, names): side for side in sides}
    if "" not in sides_by_name and len(sides_by_name) == len(sides):
        return [sides_by_name.get(name, f"({name})") for name in names]
    if len(sides) == len(GENERIC) and set(GENERIC) <= set(names):
        return [dict(zip(GENERIC, sides, strict=True)).get(name, f"({name})") for name in names]
    if also is not None and (found := also.find(names, sides)):
        return [dict(zip(found, sides, strict=True)).get(name, f"({name})") for name in names]
    return []


def named_as(side: str, names: Sequence[str]) -> str:
    """Find the name of a side in `names`: equal, equal ignoring case, or the only one of its language (`ja`, `ja-JP`).

    Returns "" if there is none.
    """
    if side in names:
        return side
    for form, shape in ((str.lower, CODE), (without_region, REGIONAL)):
        matches = [name for name in names if shape.fullmatch(name) and form(name) == form(side)]
        if CODE.fullmatch(side) and len(matches) == 1:
            return matches[0]
    return ""


def without_region(code: str) -> str:
    """Return the language of a code: `ja` for `ja-JP`, `zh` for `zh_TW`."""
    return code.lower().replace("_", "-").partition("-")[0]


def read_jsonl(
    path: FilePath, sides: Sequence[str], problems: RecordErrors, names: ColumnNames | None = None
) -> Iterator[Row]:
    """Yield the strings of each object under the keys `sides`, under source and target, or by `names`.

    They may be in a nested object under "translation". Empty lines are skipped.
    """
    yield from read_records(path, problems, lambda line: _texts(line, sides, names))


def _texts(line: str, sides: Sequence[str], names: ColumnNames | None) -> tuple[str, ...]:
    expected = ", ".join(f'"{side}": "…"' for side in sides)
    fix = f"Write one object per line: {{{expected}}}."
    record = json_object(line, fix)
    if isinstance(record.get("translation"), dict):
        record = record["translation"]
    keys: Sequence[str] = [named_as(side, list(record)) or side for side in sides]
    if len(sides) == len(GENERIC) and not any(key in record for key in keys):
        keys = (
            names.find(record, sides) if names is not None and not set(GENERIC) <= set(record) else []
        ) or GENERIC
    for key in keys:
        if not isinstance(record.get(key), str):
            raise BadRecord(f"'{key}' is {'not a string' if key in record else 'missing'}", fix)
        if UNFIT.search(record[key]):
            raise BadRecord(f"'{key}' has a NUL or an unpaired surrogate", "Delete it.")
    return tuple(record[key] for key in keys)
