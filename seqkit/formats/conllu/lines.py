"""Convert sentences to the lines of a CoNLL-U block."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from seqkit.errors import SeqkitError, shortened
from seqkit.examples import NO_LABEL, Multiword, Sentence
from seqkit.extend.specs import LabelSpec
from seqkit.formats.cells import one_cell
from seqkit.formats.conllu.checks import COLUMNS, MAY_HOLD_SPACES
from seqkit.formats.conllu.labels import ID, Layout, layout, with_attribute
from seqkit.formats.conllu.whitespace import misc_of

SILVER = "# labels = silver: "
"""Prefix of the comment that names the spaCy pipeline that made the labels."""


def relabelled(sentence: Sentence) -> list[str]:
    """Return the block that a sentence was read from, with new labels.

    Only the columns and MISC keys of the kinds in `labels` change. The comment on silver labels is removed if the
    labels are no longer silver.
    """
    places = layout(sentence.labels)
    columns = [(place, list(map(_cell_of(place), sentence.labels[kind]))) for place, kind in places.columns]
    in_misc = _in_misc(sentence, places)
    lines = []
    word = 0
    for line in sentence.lines or []:
        cells = line.split("\t", places.splits)
        if cells[ID].isdecimal():
            for column, values in columns:
                cells[column] = values[word]
            line = "\t".join(cells)
            if in_misc:
                line = _with_misc(line, in_misc, word)
            word += 1
        elif sentence.silver is None and line.startswith(SILVER):
            continue
        lines.append(line)
    return lines


def _in_misc(sentence: Sentence, places: Layout) -> list[tuple[LabelSpec, list[str]]]:
    """The kinds of label in MISC, each with its values."""
    return [(spec, list(map(label_cell, sentence.labels[spec.name]))) for spec in places.in_misc]


def _with_misc(line: str, in_misc: Sequence[tuple[LabelSpec, list[str]]], word: int) -> str:
    """Set the labels of word `word` in MISC, the last cell of a row."""
    head, _, misc = line.rpartition("\t")
    for spec, values in in_misc:
        misc = with_attribute(misc, spec, values[word])
    return f"{head}\t{misc}"


USUAL_MISC = {space: misc_of(space) for space in (" ", "")}
"""White space after a word -> MISC, precomputed for the most frequent cases."""


def fresh(sentence: Sentence, number: int) -> list[str]:
    """Create a block: the words, their labels and multiword tokens, and all white space in MISC.

    A tab or line break inside a word becomes a space, because a column cannot contain it. Args: number, for `sent_id`.
    """
    return [*_comments(sentence, number), *_rows(sentence)]


def _comments(sentence: Sentence, number: int) -> Iterator[str]:
    if sentence.document is not None:
        name = one_cell(sentence.document)
        yield f"# newdoc id = {name}" if name else "# newdoc"
    yield f"# sent_id = {number}"
    yield f"# text = {one_cell(sentence.text)}"
    if sentence.silver:
        yield SILVER + one_cell(sentence.silver)


def _rows(sentence: Sentence) -> list[str]:
    """Rows of words, and before those of each multiword token a row with their white space in MISC."""
    words = sentence.words
    spaces = sentence.spaces or [" "] * len(words)
    misc = [USUAL_MISC.get(space) or misc_of(space) for space in spaces]
    if sentence.before and words:
        misc[0] = misc_of(spaces[0], sentence.before)
    ranges = []
    for token in sentence.multiwords:
        before = "" if token.first else sentence.before
        ranges.append((token.first, _range_row(token, misc_of(spaces[token.last], before))))
        misc[token.first : token.last + 1] = ["_"] * (token.last + 1 - token.first)
    places = layout(sentence.labels)
    for spec, values in _in_misc(sentence, places):
        misc = [with_attribute(cell, spec, value) for cell, value in zip(misc, values, strict=True)]
    columns = (map(_cell_of(place), sentence.labels[kind]) for place, kind in places.columns)
    cells = zip(range(1, len(words) + 1), map(_form, words), *columns, misc, strict=True)
    rows = list(map(places.pattern.__mod__, cells))
    for first, row in reversed(ranges):
        rows.insert(first, row)
    return rows


def _range_row(token: Multiword, misc: str) -> str:
    return "\t".join([f"{token.first + 1}-{token.last + 1}", _form(token.form), *["_"] * 7, misc])


@lru_cache(maxsize=1 << 16)
def _form(word: str) -> str:
    return one_cell(word) or "_"


def _cell_of(place: int) -> Callable[[str], str]:
    """The function that writes a label to a column: only lemmas may contain white space."""
    return _form if COLUMNS[place] in MAY_HOLD_SPACES else label_cell


@lru_cache(maxsize=1 << 16)
def label_cell(label: str) -> str:
    """Return a label as the text of a cell. Raises SeqkitError for a label with white space."""
    if not label:
        return NO_LABEL
    if len(label.split()) != 1 or label != label.strip():
        raise SeqkitError(
            f"CoNLL-U allows no white space in a label: {shortened(repr(label))}", "Write JSON Lines."
        )
    return label
