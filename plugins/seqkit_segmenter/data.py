"""Read the data of a training: paragraphs and multiword tokens of the training split, and sentences of dev."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from seqkit import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.tasks import TrainingRequest
from seqkit.tasks.held_out import NO_DEV, held_out_note
from seqkit.tasks.reading import corpus_language, read_sentences, split_sources
from seqkit_segmenter.examples import Paragraph, joined, paragraphs_of, written
from seqkit_segmenter.multiwords import Multiwords

HELD_OUT = 10
"""Without a dev split, the last 1/HELD_OUT of the training split is held out."""
FEWEST = 200
"""Minimum number of sentences for holding out a dev split."""


@dataclass
class SegmenterData:
    """Training and dev data."""

    train: list[Paragraph]
    dev: list[Sentence]
    multiwords: Multiwords
    language: str
    silver: str | None
    notes: list[str]


def read_data(request: TrainingRequest) -> SegmenterData:
    """Read train and dev. Raises SeqkitError if there is no training data."""
    problems = RecordErrors(skip=request.sources.skip_bad)
    train, dev = (_sentences(request, split, problems) for split in ("train", "dev"))
    sources = request.sources
    name = sources.corpus or ", ".join(sources.train)
    if not train:
        fix = "Use a treebank: CoNLL-U, or another format that records white space."
        raise SeqkitError(f"{name}: holds no sentence with its white space to train on", fix)
    notes = []
    if not any(written(sentence)[0] is not None for sentence in train):
        notes.append(f"{name}: has no '# text'; the text is restored from SpaceAfter")
    if not dev and len(train) >= FEWEST:
        cut = len(train) - len(train) // HELD_OUT
        train, dev = train[:cut], train[cut:]
        notes.append(held_out_note(f"the last {len(dev):,} sentences are held out"))
    elif not dev:
        notes.append(NO_DEV)
    paragraphs = list(paragraphs_of(train, problems))
    if not paragraphs:
        raise SeqkitError(f"{name}: holds no sentence to train on", "Use a treebank.")
    return SegmenterData(
        joined(paragraphs),
        dev,
        Multiwords.gather(train),
        request.task.lang or corpus_language(request.sources),
        next((sentence.silver for sentence in train if sentence.silver), None),
        [*notes, *filter(None, [problems.summary()])],
    )


def _sentences(request: TrainingRequest, split: str, problems: RecordErrors) -> list[Sentence]:
    """The sentences of a split that have words and record white space."""
    sources = split_sources(request.sources, split)
    found = (sentence for source in sources for sentence in read_sentences(source, split, problems))
    return [sentence for sentence in found if sentence.words and sentence.spaces is not None]


def checksum(train: Sequence[Paragraph], dev: Sequence[Sentence]) -> str:
    """sha256 of the text and labels, in order."""
    digest = hashlib.sha256()
    for paragraph in train:
        digest.update(paragraph.text.encode("utf-8", "surrogatepass") + b"\0")
        digest.update(paragraph.ends_T.tobytes() + paragraph.stops_T.tobytes())
    for sentence in dev:
        digest.update("\n".join([sentence.text, *sentence.words]).encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()
