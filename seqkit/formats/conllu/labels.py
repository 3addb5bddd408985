"""Labels in the rows of a CoNLL-U block: in a column, under a key in MISC, or computed from several columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from seqkit.examples import NO_LABEL, Sentence
from seqkit.extend.manager import load, registry
from seqkit.extend.registry import Registry
from seqkit.extend.specs import LabelSpec
from seqkit.formats.conllu.checks import COLUMNS
from seqkit.labels.kinds import column_kinds, in_order, kind_spec

ID, LEMMA, MISC = 0, 2, 9
ESCAPED = re.compile(r"\\([p\\])")
PLACES = {name: place for place, name in enumerate(COLUMNS)}
"""Name of a column -> its index in a row."""


def rows_of(lines: Sequence[str]) -> list[list[str]]:
    """Split the rows of a block into cells: words, ranges and empty nodes."""
    return [line.split("\t") for line in lines if not line.startswith("#")]


def word_rows(rows: Sequence[list[str]]) -> list[list[str]]:
    """Return the rows that are words."""
    return [cells for cells in rows if cells[ID].isdecimal()]


def read_columns() -> dict[str, int]:
    """Map each kind that is read by default to its column index."""
    return {kind: PLACES[column] for kind, column in column_kinds().items()}


class Layout(NamedTuple):
    """The positions of some kinds of label in a row."""

    columns: tuple[tuple[int, str], ...]
    """Index and kind of each column with labels, in order."""
    in_misc: tuple[LabelSpec, ...]
    """The kinds that are stored in MISC."""
    splits: int
    """Number of tabs at which to split a row so that each of the columns is a cell."""
    pattern: str
    """A row as a format string for `%`: number, form, the columns' labels and MISC; `_` in the other columns."""


def layout(kinds: Iterable[str]) -> Layout:
    """Determine the positions of these kinds of label in a row."""
    return _layout(registry(), tuple(kinds))


@lru_cache(maxsize=1 << 8)
def _layout(plugins: Registry, kinds: tuple[str, ...]) -> Layout:
    columns: dict[int, str] = {}
    for kind in in_order(kinds):
        if column := kind_spec(kind).column:
            columns.setdefault(PLACES[column], kind)  # the first of two kinds with the same column
    cells = ["%s" if place in columns else NO_LABEL for place in range(LEMMA, MISC)]
    return Layout(
        columns=tuple(sorted(columns.items())),
        in_misc=tuple(kind_spec(kind) for kind in kinds if kind not in columns.values()),
        splits=max(columns, default=0) + 1,
        pattern="\t".join(["%d", "%s", *cells, "%s"]),
    )


def add_labels(sentence: Sentence, kinds: Iterable[str]) -> None:
    """Add labels of these kinds to a sentence that was read from CoNLL-U, if its block has them."""
    rows = word_rows(rows_of(sentence.lines or ()))
    for kind in kinds:
        if kind not in sentence.labels and len(rows) == len(sentence.words):
            labels = labels_in(rows, kind_spec(kind))
            if all(labels):
                sentence.labels[kind] = labels


def labels_in(rows: Sequence[Sequence[str]], spec: LabelSpec) -> list[str]:
    """Return the label of each word's row; "" if a computed label cannot be determined."""
    if spec.rows:
        return list(load(spec.rows)(rows))
    if spec.column:
        return [cells[PLACES[spec.column]] for cells in rows]
    key = misc_key(spec)
    return [_attribute(cells[MISC], key, spec.absent) for cells in rows]


def misc_key(spec: LabelSpec) -> str:
    """Return the key of a kind in MISC."""
    return spec.misc or spec.name


def with_attribute(misc: str, spec: LabelSpec, value: str) -> str:
    """Set or replace the label of a kind in a MISC column; other attributes do not change.

    The kind's default label is not written, unless it replaces another one.
    """
    key = f"{misc_key(spec)}="
    attribute = key + value.replace("\\", "\\\\").replace("|", "\\p")
    parts = [] if misc == NO_LABEL else misc.split("|")
    if any(part.startswith(key) for part in parts):
        return "|".join(attribute if part.startswith(key) else part for part in parts)
    return misc if value == spec.absent else "|".join([*parts, attribute])


def _attribute(misc: str, key: str, absent: str) -> str:
    start = f"{key}="
    attribute = next((part for part in misc.split("|") if part.startswith(start)), None)
    if attribute is None:
        return absent
    value = ESCAPED.sub(lambda escape: "|" if escape[1] == "p" else "\\", attribute[len(start) :])
    return value or NO_LABEL
