"""Read labelled sentences from treebanks, spaCy Docs, or raw text and a spaCy pipeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import cast

from seqkit.data.catalogue import read_examples
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors, Sentence
from seqkit.text.silver_labels import Labeller


def labelled_sentences(
    source: str, split: str, labeller: Labeller | None, problems: RecordErrors, kinds: Sequence[str] = ()
) -> Iterator[Sentence]:
    """Yield the sentences of a file or of a corpus's split, with their labels.

    Args:
        labeller: labels raw text and words (silver labels); None keeps the labels of the data.
        kinds: kinds of label to read in addition to those that the format's reader always yields.

    Raises SeqkitError for raw text without a labeller.
    """
    examples = iter(read_examples(source, split, problems, kinds))
    first = next(examples, None)
    if first is None:
        return
    whole = chain([first], examples)
    if isinstance(first, RawText):
        if labeller is None:
            raise SeqkitError(
                f"{source}: raw text has no labels", "Label it with a spaCy pipeline: --gold spacy:PIPELINE"
            )
        yield from labeller.text(cast(Iterable[RawText], whole))
    elif labeller is not None:
        yield from labeller.words(cast(Iterable[Sentence], whole))
    else:
        yield from cast(Iterator[Sentence], whole)
