"""Spans as word labels: BIO (IOB2), IOB1, BIOES and BILOU.

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
"""Tags of words outside of spans."""
TAG = re.compile(r"([BIELSU])(?:-(.*))?", re.DOTALL)
BEGINS = frozenset("BSU")
"""Prefixes that always begin a span."""
CLOSES = frozenset("ELSU")
"""Prefixes after which no span continues."""


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
    """Find the spans of a sentence, by the rules of conlleval.

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
    """Determine the span scheme of a kind, such as "BIO"; "" if its labels are not spans.

    An undeclared kind has a scheme if all its values are `O` or have a prefix and a type. The values of a declared kind
    of spans may follow a scheme other than the one in its record.

    Args: values, all labels of the kind in a model or a file.
    """
    if kind not in known_kinds():
        return guess_scheme(values)
    declared = kind_spec(kind).scheme
    tags = [value for value in values if value not in OUTSIDE]
    # Tags without a prefix, such as PER, are not spans, even if the record has a scheme.
    return (guess_scheme(tags) if tags else declared) if declared else ""


def guess_scheme(values: Iterable[str]) -> str:
    """Guess the scheme of a set of tags; "" if some value is neither outside nor a prefix and a type.

    If a type has `I-` but no `B-`, the tags are IOB1, which uses `B-` only between two spans of one type.
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
    """Find words whose tag cannot follow the previous one: `I-`, `E-` or `L-` without an open span of its type.

    Returns their indices; none for IOB1, in which `I-` may begin a span.
    """
    if scheme in ("", "IOB1"):
        return []
    pairs = enumerate(pairwise(map(_parsed, ("O", *tags))))
    return [index for index, (before, tag) in pairs if _begins(before, tag) and tag.prefix not in BEGINS]


def repaired(tags: Sequence[str], scheme: str) -> list[str]:
    """Replace tags that are out of order by the beginning of a span: `I-PER` after `O` becomes `B-PER`.

    In BIOES and BILOU an `E-` or `L-` out of order becomes a span of one word, `S-` or `U-`. The spans that conlleval
    counts do not change.
    """
    wrong = out_of_order(tags, scheme)
    if not wrong:
        return list(tags)
    begins = {"I": "B", "E": "S", "L": "U"}
    fixed = list(tags)
    for index in wrong:
        fixed[index] = begins[tags[index][0]] + tags[index][1:]
    return fixed


def repaired_labels(labels: Mapping[str, list[str]], schemes: Mapping[str, str]) -> dict[str, list[str]]:
    """Repair the tags of each kind in `schemes`. Args: labels, kind -> one label for each word."""
    return {kind: repaired(tags, schemes[kind]) if kind in schemes else tags for kind, tags in labels.items()}


def schemes_of(labels: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """Map each kind whose labels are spans to its scheme. Args: labels, kind -> its values."""
    schemes = ((kind, scheme_of(kind, values)) for kind, values in labels.items())
    return {kind: scheme for kind, scheme in schemes if scheme}


def as_bio(tags: Sequence[str]) -> list[str]:
    """Convert tags of any scheme to BIO; tags outside of spans become `O`."""
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
