"""UPOS accuracy of `seqkit_tagger` on the documents of a treebank, with the words of the treebank as tokens of spaCy.

Scores twice: with the sentences of the treebank in each Doc, and without, when the component finds them by rules.

    python benchmarks/spacy_accuracy.py ud-english-ewt --split dev
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field

import spacy
from spacy.tokens import Doc

from seqkit.data.catalogue import read_sentences
from seqkit.examples import RecordErrors


@dataclass
class Document:
    """Words, whether a space follows, UPOS, and whether a sentence starts, word by word."""

    words: list[str] = field(default_factory=list)
    spaces: list[bool] = field(default_factory=list)
    upos: list[str] = field(default_factory=list)
    starts: list[bool] = field(default_factory=list)


def documents(corpus: str, split: str) -> Iterator[Document]:
    """The documents of a treebank; its sentences are joined by spaces."""
    held = Document()
    for sentence in read_sentences(corpus, split, RecordErrors()):
        if sentence.document is not None and held.words:
            yield held
            held = Document()
        spaces = [bool(space) for space in sentence.spaces or [" "] * len(sentence.words)]
        held.words += sentence.words
        held.spaces += [*spaces[:-1], True]
        held.upos += sentence.labels["upos"]
        held.starts += [index == 0 for index in range(len(sentence.words))]
    yield held


def accuracy(model: str, of: list[Document], sentences: bool) -> float:
    """The share of words with the right UPOS."""
    nlp = spacy.blank("en")
    nlp.add_pipe("seqkit_tagger", config={"model": model})
    starts: list[list[bool | int | None] | None] = [[*one.starts] if sentences else None for one in of]
    docs = (
        Doc(nlp.vocab, one.words, one.spaces, sent_starts=marks)
        for one, marks in zip(of, starts, strict=True)
    )
    right = sum(
        token.pos_ == upos
        for doc, one in zip(nlp.pipe(docs), of, strict=True)
        for token, upos in zip(doc, one.upos, strict=True)
    )
    return right / sum(len(one.words) for one in of)


def main() -> None:
    """Print both accuracies."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--model", default="en-tagger")
    arguments = parser.parse_args()
    of = list(documents(arguments.corpus, arguments.split))
    for sentences in (True, False):
        what = "sentences of the treebank" if sentences else "sentences by rules"
        print(f"{what}: {100 * accuracy(arguments.model, of, sentences):.2f} % UPOS, {len(of)} documents")


if __name__ == "__main__":
    main()
