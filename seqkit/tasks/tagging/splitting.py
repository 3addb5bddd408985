"""Sentences of the items of a chunk: running text goes through the model's segmenter, document by document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from seqkit.examples import RawText, Sentence
from seqkit.text.segmenters import Segmenter

Item = Sentence | RawText


def sentences_of(items: Sequence[Item], segmenter: Segmenter) -> list[list[Sentence]]:
    """The sentences of each item. Consecutive paragraphs of a document are split together, as that is faster."""
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
    """Sentences alone; texts as long as they go on."""
    run: list[Item] = []
    for item in items:
        goes_on = isinstance(item, RawText) and item.document is None and run
        if run and not goes_on:
            yield run
            run = []
        run.append(item)
        if isinstance(item, Sentence):
            yield run
            run = []
    if run:
        yield run


def _by_item(texts: Sequence[RawText], segmenter: Segmenter) -> list[list[Sentence]]:
    """The sentences of texts that follow each other in a document; each has the fields that its record carries."""
    found: list[list[Sentence]] = [[] for _ in texts]
    index = 0
    for sentence in segmenter.sentences(texts):
        while index + 1 < len(texts) and texts[index + 1].offset <= (sentence.offset or 0):
            index += 1
        if texts[index].fields:
            sentence.fields = texts[index].fields
        found[index].append(sentence)
    return found
