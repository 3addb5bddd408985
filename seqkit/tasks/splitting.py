"""Split the items of a chunk into sentences, many documents in one call of the model's segmenter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from seqkit.examples import RawText, Sentence
from seqkit.text.segmenters import Segmenter

Item = Sentence | RawText


def sentences_of(items: Sequence[Item], segmenter: Segmenter) -> list[list[Sentence]]:
    """The sentences of each item. Texts that follow each other are split together, as that is faster."""
    found: list[list[Sentence]] = []
    for run in _runs(items):
        first = run[0]
        if isinstance(first, Sentence):
            found.append([first])
        else:
            texts = [item for item in run if isinstance(item, RawText)]
            found += _by_item(texts, segmenter)
    return found


def _runs(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Yield each sentence alone, and runs of texts without sentences between them."""
    for is_text, run in groupby(items, key=lambda item: isinstance(item, RawText)):
        if is_text:
            yield list(run)
        else:
            yield from ([item] for item in run)


def _by_item(texts: Sequence[RawText], segmenter: Segmenter) -> list[list[Sentence]]:
    """The sentences of texts, which are paragraphs of documents; each has the fields of its record."""
    found: list[list[Sentence]] = [[] for _ in texts]
    index, begun = 0, False
    for sentence in segmenter.sentences(texts):
        if sentence.document is not None:
            # Names need not be unique: the next document begins after this one.
            index = _start_of(texts, index + begun, sentence)
        begun = True
        while _goes_on(texts, index) and texts[index + 1].offset <= (sentence.offset or 0):
            index += 1
        if texts[index].fields:
            sentence.fields = texts[index].fields
        found[index].append(sentence)
    return found


def _goes_on(texts: Sequence[RawText], index: int) -> bool:
    """Whether the text after this one is of the same document."""
    return index + 1 < len(texts) and texts[index + 1].document is None


def _start_of(texts: Sequence[RawText], index: int, sentence: Sentence) -> int:
    """The first text of a document, from `index` on: documents of only white space have no sentences."""
    while texts[index].document != sentence.document:
        index += 1
    return index
