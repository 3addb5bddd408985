"""Convert labels of characters to words and sentences without loss: before + words + spaces = the text.

Shapes: T characters, N tokens.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from seqkit.examples import Multiword, Sentence, SourceLocation
from seqkit.text.paragraphs import Paragraph
from seqkit_segmenter.examples import INSIDE, MULTIWORD, TOKEN
from seqkit_segmenter.facts import SegmenterFacts

LABELS = 3
"""Number of labels of a character: INSIDE, TOKEN and MULTIWORD."""
MAX_WORDS = 500
"""Maximum tokens of a sentence; a longer one is split at the most probable sentence end in its second half."""
LONGEST = 200
"""Maximum characters of a token; a longer one is split at the most probable token end in its second half."""
NEVER = -1e9
"""Logit of a position at which no sentence may end."""


class Labels(NamedTuple):
    """The network's output for a text."""

    ends_TL: NDArray[np.float32]
    """Logits of INSIDE, TOKEN and MULTIWORD."""
    stops_T: NDArray[np.float32]
    """Logit of a sentence end; NEVER at positions at which none may be."""


class _Tokens(NamedTuple):
    starts: list[int]
    ends: list[int]
    """The position after each token."""
    several: list[bool]
    """Whether a token is a multiword token."""


def sentences_of(paragraph: Paragraph, labels: Labels, facts: SegmenterFacts) -> Iterator[Sentence]:
    """The sentences of a paragraph. Args: labels, for its text from the first non-space character on."""
    text = paragraph.text
    margin = len(text) - len(text.lstrip())
    tokens = _tokens(text[margin:].rstrip(), labels, facts.inner_spaces)
    starts = [start + margin for start in tokens.starts]
    ends = [end + margin for end in tokens.ends]
    line, counted, offset, before = paragraph.line, 0, paragraph.offset, text[:margin]
    document = paragraph.document
    for first, after in pairwise(_cuts(labels.stops_T, tokens.ends)):
        end = starts[after] if after < len(starts) else len(text)
        line, counted = line + text.count("\n", counted, starts[first]), starts[first]
        words = [text[start:stop] for start, stop in zip(starts[first:after], ends[first:after], strict=True)]
        follows = [*starts[first + 1 : after], end]
        spaces = [text[stop:start] for stop, start in zip(ends[first:after], follows, strict=True)]
        sentence = Sentence(
            words, {}, spaces, [], before, offset, document, SourceLocation(paragraph.path, line)
        )
        if any(tokens.several[first:after]):
            _split_multiwords(sentence, tokens.several[first:after], facts)
        yield sentence
        offset, before, document = paragraph.offset + end, "", None


def _split_multiwords(sentence: Sentence, several: list[bool], facts: SegmenterFacts) -> None:
    """Replace multiword tokens by their words."""
    words: list[str] = []
    spaces: list[str] = []
    for form, space, many in zip(sentence.words, sentence.spaces or (), several, strict=True):
        parts = facts.multiwords.split(form) if many else [form]
        if len(parts) > 1:
            sentence.multiwords.append(Multiword(len(words), len(words) + len(parts) - 1, form))
        words += parts
        spaces += [""] * (len(parts) - 1) + [space]
    sentence.words, sentence.spaces = words, spaces


def _tokens(text: str, labels: Labels, inner_spaces: bool) -> _Tokens:
    """The tokens of a text that begins and ends with a non-space character."""
    size = len(text)
    white_T = np.fromiter(map(str.isspace, text), dtype=bool, count=size)
    label_T = labels.ends_TL[:size].argmax(-1)
    last_T = ~white_T & np.append(white_T[1:], True)
    ends_T = (label_T > INSIDE) | (labels.stops_T[:size] > 0)
    ends_T |= last_T & ~_may_continue(text, white_T) if inner_spaces else last_T
    ends_T &= ~white_T
    ends_T[-1] = True
    ends_N = np.flatnonzero(ends_T)
    solid_T = np.flatnonzero(~white_T)
    starts_N = solid_T[np.append(0, np.searchsorted(solid_T, ends_N[:-1], side="right"))]
    if (ends_N - starts_N >= LONGEST).any():
        starts_N, ends_N = _with_long_tokens_split(starts_N, ends_N, solid_T, labels)
    several_N = label_T[ends_N] == MULTIWORD
    return _Tokens(starts_N.tolist(), (ends_N + 1).tolist(), several_N.tolist())


def _may_continue(text: str, white_T: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Positions after which a word may continue: the next character is a single space, not a line end or tab."""
    one = np.fromiter((letter in " \u00a0\u202f" for letter in text), dtype=bool, count=len(text))
    alone_T = one & ~np.append(white_T[1:], True) & ~np.append(True, white_T[:-1])
    return np.append(alone_T[1:], False)


def _with_long_tokens_split(
    starts_N: NDArray[np.int64], ends_N: NDArray[np.int64], solid_T: NDArray[np.int64], labels: Labels
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Split tokens longer than LONGEST at the most probable end."""
    likely_T = labels.ends_TL[:, TOKEN] - labels.ends_TL[:, INSIDE]
    starts, ends = [], []
    for start, end in zip(starts_N.tolist(), ends_N.tolist(), strict=True):
        while end - start >= LONGEST:
            inner = solid_T[np.searchsorted(solid_T, start + LONGEST // 2) :]
            inner = inner[inner < start + LONGEST]
            cut = int(inner[likely_T[inner].argmax()]) if len(inner) else end
            starts.append(start)
            ends.append(cut)
            start = int(solid_T[np.searchsorted(solid_T, cut, side="right")])
        starts.append(start)
        ends.append(end)
    return np.array(starts), np.array(ends)


def _cuts(stops_T: NDArray[np.float32], ends: list[int]) -> list[int]:
    """The index of the first token of each sentence, and the number of tokens."""
    stop_N = stops_T[np.array(ends) - 1]
    cuts = [0]
    for after in [*(np.flatnonzero(stop_N[:-1] > 0) + 1).tolist(), len(ends)]:
        while after - cuts[-1] > MAX_WORDS:
            half = cuts[-1] + MAX_WORDS // 2
            cuts.append(half + 1 + int(stop_N[half : cuts[-1] + MAX_WORDS].argmax()))
        cuts.append(after)
    return cuts
