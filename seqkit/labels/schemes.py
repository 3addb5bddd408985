"""Spans as one tag a word: BIO (IOB2), IOB1, BIOES and BILOU.

`B-PER` begins a span of the type PER, `I-PER` continues it, `E-`/`L-` ends it, `S-`/`U-` is a span of one word, and
`O` is outside of all spans. Tjong Kim Sang & Veenstra (1999), "Representing text chunks".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from seqkit.examples import NO_LABEL
from seqkit.labels.kinds import kind_spec, known_kinds

OUTSIDE = ("O", NO_LABEL)
"""Tags of words that are in no span."""
TAG = re.compile(r"([BIELSU])(?:-(.*))?", re.DOTALL)
BEGINS = frozenset("BSU")
"""Such a tag always begins a span."""
CLOSES = frozenset("ELSU")
"""After such a tag no span goes on."""


class Span(NamedTuple):
    """Words `first` to `last` (inclusive, from 0) of a sentence, and their type."""

    first: int
    last: int
    type: str


class _Tag(NamedTuple):
    prefix: str
    """One of B I E L S U; "" outside."""
    type: str


def spans(tags: Sequence[str]) -> list[Span]:
    """The spans of a sentence, by the rules of conlleval.

    A span begins at `B-`, `S-` and `U-`, and at any other tag inside that follows `O`, another type, or the end of a
    span (`E-`, `L-`, `S-`, `U-`). So `I-` after `O` begins a span. A tag without such a prefix is outside.
    """
    found: list[Span] = []
    for index, (before, tag) in enumerate(pairwise(map(_parsed, ("O", *tags)))):
        if not tag.prefix:
            continue
        if _begins(before, tag):
            found.append(Span(index, index, tag.type))
        else:
            found[-1] = found[-1]._replace(last=index)
    return found


def scheme_of(kind: str, values: Iterable[str]) -> str:
    """The span scheme that the labels of a kind follow, such as "BIO"; "" where they are no spans.

    A kind that no plugin declares has one if all its values are `O` or have a prefix and a type. A kind declared as one
    of spans may use another scheme than the usual one.

    Args: values, all labels of the kind that a model gives or a file holds.
    """
    if kind not in known_kinds():
        return guess_scheme(values)
    declared = kind_spec(kind).scheme
    tags = [value for value in values if value not in OUTSIDE]
    # Tags such as PER, without a prefix, are no spans, whatever the record says.
    return (guess_scheme(tags) if tags else declared) if declared else ""


def guess_scheme(values: Iterable[str]) -> str:
    """The scheme that a set of tags fits; "" where some value is neither outside nor a prefix and a type.

    Where `I-` stands for a type that has no `B-`, the tags are IOB1, which writes `B-` only between two spans of one
    type.
    """
    tags = {_parsed(value) for value in values if value not in OUTSIDE}
    if not tags or not all(tag.prefix and tag.type for tag in tags):
        return ""
    prefixes = {tag.prefix for tag in tags}
    if prefixes & set("LU"):
        return "BILOU"
    if prefixes & set("ES"):
        return "BIOES"
    inside = {tag.type for tag in tags if tag.prefix == "I"}
    return "IOB1" if inside - {tag.type for tag in tags if tag.prefix == "B"} else "BIO"


def out_of_order(tags: Sequence[str], scheme: str) -> list[int]:
    """The words whose tag cannot follow the one before: `I-`, `E-` or `L-` where no span of its type is open.

    IOB1 lets `I-` begin a span; there nothing is out of order.
    """
    if scheme in ("", "IOB1"):
        return []
    pairs = enumerate(pairwise(map(_parsed, ("O", *tags))))
    return [index for index, (before, tag) in pairs if _begins(before, tag) and tag.prefix not in BEGINS]


def repaired(tags: Sequence[str], scheme: str) -> list[str]:
    """The tags with each one that is out of order made the beginning of a span: `I-PER` after `O` becomes `B-PER`.

    In BIOES and BILOU an `E-` or `L-` out of order is a span of one word, `S-` or `U-`. The spans, as conlleval counts
    them, stay the same.
    """
    wrong = out_of_order(tags, scheme)
    if not wrong:
        return list(tags)
    begins = {"I": "B", "E": "S", "L": "U"}
    mended = list(tags)
    for index in wrong:
        mended[index] = begins[tags[index][0]] + tags[index][1:]
    return mended


def repaired_labels(labels: Mapping[str, list[str]], schemes: Mapping[str, str]) -> dict[str, list[str]]:
    """The labels of a sentence, kind -> one a word, with the tags of each kind in `schemes` repaired."""
    return {kind: repaired(tags, schemes[kind]) if kind in schemes else tags for kind, tags in labels.items()}


def schemes_of(labels: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Kind -> scheme of those kinds that are spans. Args: kind -> its values."""
    found = ((kind, scheme_of(kind, values)) for kind, values in labels.items())
    return {kind: scheme for kind, scheme in found if scheme}


def as_bio(tags: Sequence[str]) -> list[str]:
    """Tags of any scheme as BIO; those outside become `O`."""
    made = ["O"] * len(tags)
    for span in spans(tags):
        made[span.first : span.last + 1] = list(_bio(span))
    return made


def _bio(span: Span) -> Iterator[str]:
    for index in range(span.first, span.last + 1):
        yield f"{'I' if index > span.first else 'B'}-{span.type}"


def _begins(before: _Tag, tag: _Tag) -> bool:
    """Whether a span begins at `tag`."""
    if not tag.prefix:
        return False
    return tag.prefix in BEGINS or not before.prefix or before.prefix in CLOSES or before.type != tag.type


def _parsed(tag: str) -> _Tag:
    found = TAG.fullmatch(tag)
    return _Tag(found[1], found[2] or "") if found else _Tag("", "")
