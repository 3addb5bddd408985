"""Sentences as the lines of a CoNLL-U block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from seqkit.errors import SeqkitError
from seqkit.formats.examples import LABELS, NO_LABEL, Multiword, Sentence
from seqkit.formats.misc import misc_of

SILVER = "# labels = silver: "
LABEL_COLUMNS = {"upos": 3, "xpos": 4, "feats": 5}
ID, HEAD, DEPREL = 0, 6, 7
BREAKS = re.compile(r"[\t\n\r]")


def rows_of(lines: Sequence[str]) -> list[list[str]]:
    """The cells of each row of a block: words, ranges and empty nodes."""
    return [line.split("\t") for line in lines if not line.startswith("#")]


def word_rows(rows: Sequence[list[str]]) -> list[list[str]]:
    """Those rows that are words."""
    return [cells for cells in rows if cells[ID].isdecimal()]


def relabelled(sentence: Sentence) -> list[str]:
    """The block a sentence was read from; only UPOS, XPOS and FEATS change, for the kinds in `labels`, and labels that
    are silver no more are not said to be so.
    """
    columns = [
        (LABEL_COLUMNS[kind], list(map(label_cell, values))) for kind, values in sentence.labels.items()
    ]
    lines = []
    word = 0
    for line in sentence.lines or []:
        cells = line.split("\t", HEAD)
        if cells[ID].isdecimal():
            for column, values in columns:
                cells[column] = values[word]
            line = "\t".join(cells)
            word += 1
        elif sentence.silver is None and line.startswith(SILVER):
            continue
        lines.append(line)
    return lines


def fresh(sentence: Sentence, number: int) -> list[str]:
    """A new block: the words, their labels and multiword tokens, and all white space in MISC.

    A tab or line break inside a word becomes a space: no column can hold it.
    """
    return [*_comments(sentence, number), *_rows(sentence)]


def _comments(sentence: Sentence, number: int) -> Iterator[str]:
    if sentence.document is not None:
        name = BREAKS.sub(" ", sentence.document).strip()
        yield f"# newdoc id = {name}" if name else "# newdoc"
    yield f"# sent_id = {number}"
    yield f"# text = {BREAKS.sub(' ', sentence.text).strip()}"
    if sentence.silver:
        yield SILVER + BREAKS.sub(" ", sentence.silver).strip()


def _rows(sentence: Sentence) -> list[str]:
    """Rows of words, and one before the words of each multiword token, which tells the white space in their place."""
    words = sentence.words
    spaces = sentence.spaces or [" "] * len(words)
    misc = list(map(misc_of, spaces))
    if sentence.before and words:
        misc[0] = misc_of(spaces[0], sentence.before)
    ranges = []
    for token in sentence.multiwords:
        before = "" if token.first else sentence.before
        ranges.append((token.first, _range_row(token, misc_of(spaces[token.last], before))))
        misc[token.first : token.last + 1] = ["_"] * (token.last + 1 - token.first)
    upos, xpos, feats = (_label_cells(sentence, kind) for kind in LABELS)
    rows = [
        f"{number}\t{form}\t_\t{u}\t{x}\t{f}\t_\t_\t_\t{m}"
        for number, form, u, x, f, m in zip(
            range(1, len(words) + 1), map(_form, words), upos, xpos, feats, misc, strict=True
        )
    ]
    for first, row in reversed(ranges):
        rows.insert(first, row)
    return rows


def _label_cells(sentence: Sentence, kind: str) -> Iterable[str]:
    labels = sentence.labels.get(kind)
    return [NO_LABEL] * len(sentence.words) if labels is None else map(label_cell, labels)


def _range_row(token: Multiword, misc: str) -> str:
    return "\t".join([f"{token.first + 1}-{token.last + 1}", _form(token.form), *["_"] * 7, misc])


@lru_cache(maxsize=1 << 16)
def _form(word: str) -> str:
    return BREAKS.sub(" ", word).strip() or "_"


@lru_cache(maxsize=1 << 16)
def label_cell(label: str) -> str:
    """A label as a column may hold it. SeqkitError for one with white space inside."""
    if not label:
        return NO_LABEL
    if len(label.split()) != 1 or label != label.strip():
        raise SeqkitError(f"CoNLL-U cannot hold white space in a label: {label!r}", "Write JSON Lines.")
    return label
