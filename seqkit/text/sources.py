"""Labelled sentences from wherever a user has them: treebanks, spaCy Docs, or raw text and a pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import cast

from seqkit.catalogue import read_examples
from seqkit.errors import SeqkitError
from seqkit.formats.examples import Problems, RawText, Sentence
from seqkit.text.gold import label_text, label_words, parse_gold


def labelled_sentences(
    source: str, split: str, *, gold: str, language: str, problems: Problems
) -> Iterator[Sentence]:
    """The sentences of a file or of a corpus's split, with their labels.

    Args: gold, "" or "spacy:PIPELINE", which then labels raw text and words alike (silver labels).
    Raises SeqkitError for raw text without a pipeline.
    """
    examples = iter(read_examples(source, split, problems))
    first = next(examples, None)
    if first is None:
        return
    whole = chain([first], examples)
    if isinstance(first, RawText):
        if not gold:
            raise SeqkitError(
                f"{source}: raw text has no labels", "Label it on the way: --gold spacy:PIPELINE"
            )
        yield from label_text(cast(Iterable[RawText], whole), parse_gold(gold))
    elif gold:
        yield from label_words(cast(Iterable[Sentence], whole), parse_gold(gold))
    else:
        yield from cast(Iterator[Sentence], whole)
