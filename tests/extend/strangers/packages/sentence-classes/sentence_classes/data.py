"""Sentences with their classes, from TSV files with a header and from JSON Lines."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from seqkit import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.io.text_files import NotText, chomp, is_blank, read_lines, suffix_of


class Example(NamedTuple):
    """A sentence and its class."""

    text: str
    label: str


def read_files(
    paths: Iterable[str], text_column: str, class_column: str, problems: RecordErrors
) -> list[Example]:
    """The examples of several files. Raises SeqkitError for a file of another suffix and for a bad record."""
    return [one for path in paths for one in _read(path, (text_column, class_column), problems)]


def _read(path: str, columns: tuple[str, str], problems: RecordErrors) -> Iterator[Example]:
    suffix = suffix_of(path)
    if suffix not in (".tsv", ".jsonl"):
        raise SeqkitError(f"{path}: not a .tsv or .jsonl file", "Give sentences and classes as one of them.")
    places: list[int] = []
    for number, line in read_lines(path):
        where = SourceLocation(path, number)
        if isinstance(line, NotText):
            problems.bad(where, line.reason, line.fix)
        elif suffix == ".jsonl":
            yield from _from_json(line, columns, where, problems)
        elif number == 1:
            places = _places(chomp(line).split("\t"), columns, path)
        elif not is_blank(line):
            cells = chomp(line).split("\t")
            if len(cells) <= max(places):
                problems.bad(where, f"has {len(cells)} cell(s)", "Give each row all columns of the header.")
            else:
                yield Example(*(cells[place] for place in places))


def _places(header: list[str], columns: tuple[str, str], path: str) -> list[int]:
    for column, option in zip(columns, ("text", "class"), strict=True):
        if column not in header:
            fix = f"Name one of {', '.join(header)} by --{option}-column."
            raise SeqkitError(f"{path}: has no column '{column}'", fix, exit_code=2)
    return [header.index(column) for column in columns]


def _from_json(
    line: str, keys: tuple[str, str], where: SourceLocation, problems: RecordErrors
) -> Iterator[Example]:
    try:
        record = json.loads(line)
        found = Example(*(record[key] for key in keys))
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        problems.bad(
            where, f"not an example ({type(error).__name__}: {error})", f"Give it {keys[0]}, {keys[1]}."
        )
    else:
        yield found


def checksum(*splits: Iterable[Example]) -> str:
    """sha256 of all examples in order."""
    digest = hashlib.sha256()
    for split in splits:
        digest.update(json.dumps([list(one) for one in split]).encode())
    return digest.hexdigest()
