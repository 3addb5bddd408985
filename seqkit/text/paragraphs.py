"""Convert stretches of text, as divided by a reader, to paragraphs of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from seqkit.examples import RawText
from seqkit.text.boundaries import paragraph_starts, sentence_starts

MAX_PARAGRAPH = 100_000
"""Maximum characters of a paragraph; a longer one is split, if possible between sentences or words."""

_GATHER = 16_384


@dataclass(slots=True)
class Paragraph:
    """A paragraph with the white space after it; a document's first also has the white space before it."""

    text: str
    offset: int
    """Number of characters of the document before it."""
    path: str
    line: int
    document: str | None
    """Name of the document, on its first paragraph; else None."""
    last: bool = False
    """Whether the input ends or pauses after it, so that the text so far must be processed now."""


def paragraphs(stretches: Iterable[RawText]) -> Iterator[Paragraph]:
    """The paragraphs of each document in turn.

    A stretch with a name, or with an offset other than the end of the previous one, begins a new document. A document
    of only white space has no paragraphs.
    """
    document: _Document | None = None
    for stretch in stretches:
        if document is None or not document.continues_with(stretch):
            if document is not None:
                yield from document.ready(last=True)
            document = _Document(stretch)
        document.add(stretch)
        yield from document.ready(last=stretch.last, answer=stretch.last)
    if document is not None:
        yield from document.ready(last=True)


class _Document:
    """The part of a document that was read but not yet yielded."""

    def __init__(self, first: RawText) -> None:
        self._held = Paragraph("", first.offset, first.where.path, first.where.line, first.document)
        self._end = first.offset
        self._fresh: list[str] = []
        self._waiting = 0

    def continues_with(self, stretch: RawText) -> bool:
        """Whether the stretch belongs to this document."""
        return stretch.document is None and stretch.offset == self._end

    def add(self, stretch: RawText) -> None:
        """Append the next stretch."""
        self._fresh.append(stretch.text)
        self._waiting += len(stretch.text)
        self._end += len(stretch.text)

    def ready(self, last: bool, answer: bool = False) -> Iterator[Paragraph]:
        """Yield the paragraphs that are certainly complete; all of them if `last`.

        Args: answer, whether to mark the last of them with `Paragraph.last`.
        """
        # Doubling the amount of text before the next attempt keeps the total work linear.
        if not last and self._waiting < max(_GATHER, len(self._held.text)):
            return
        text = self._held.text + "".join(self._fresh)
        self._fresh, self._waiting = [], 0
        start = 0
        for end in cuts(text, last):
            paragraph = self._take(text[start:end])
            paragraph.last = answer and end == len(text)
            yield paragraph
            start = end
        self._held.text = text[start:]

    def _take(self, text: str) -> Paragraph:
        held = self._held
        taken = Paragraph(text, held.offset, held.path, held.line, held.document)
        self._held = Paragraph("", held.offset + len(text), held.path, held.line + text.count("\n"), None)
        return taken


def cuts(text: str, last: bool) -> Iterator[int]:
    """Offsets at which paragraphs end, with long ones split; the end of the text only if `last`."""
    start = len(text) - len(text.lstrip())
    if start == len(text):
        return
    for end in [*(cut for cut in paragraph_starts(text) if cut > start), len(text)]:
        while end - start > MAX_PARAGRAPH and (cut := _inner_cut(text, start, end)) < end:
            yield cut
            start = cut
        if end < len(text) or last:
            yield end
        start = end


def _inner_cut(text: str, start: int, end: int) -> int:
    """The best offset at which to split a long paragraph; never before white space."""
    window = text[start : start + MAX_PARAGRAPH]
    places = sentence_starts(window, ())
    if places:
        return start + places[-1]
    gap = max(window.rfind(" "), window.rfind("\n")) + 1
    cut = start + (gap or len(window))
    while cut < end and text[cut].isspace():
        cut += 1
    return cut
