"""Sentences as the lines of a CoNLL-U block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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


def _rows(sentence: Sentence) -> Iterator[str]:
    spaces = sentence.spaces or [" "] * len(sentence.words)
    ranges = {token.first: token for token in sentence.multiwords}
    inside = 0
    """Index after the last word of the latest multiword token."""
    before = sentence.before
    absent = [NO_LABEL] * len(sentence.words)
    upos, xpos, feats = (map(label_cell, sentence.labels.get(kind, absent)) for kind in LABELS)
    for index, (word, u, x, f) in enumerate(zip(sentence.words, upos, xpos, feats, strict=True)):
        if token := ranges.get(index):
            yield _range_row(token, misc_of(spaces[token.last], before))
            inside = token.last + 1
        misc = "_" if index < inside else misc_of(spaces[index], before)
        yield f"{index + 1}\t{_form(word)}\t_\t{u}\t{x}\t{f}\t_\t_\t_\t{misc}"
        before = ""


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
