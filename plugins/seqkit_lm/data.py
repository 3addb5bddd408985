"""Read the text of a training as documents of lines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import SeqkitError
from seqkit.examples import RecordErrors
from seqkit.tasks import TrainingRequest
from seqkit.tasks.held_out import NO_DEV, held_out_note, hold_out
from seqkit.tasks.reading import corpus_language, read_texts, split_sources
from seqkit_lm.symbols import clean_lines

HELD_OUT = 20
"""Without a dev split, 1/HELD_OUT of the text is held out: every 20th document, or the last lines of one document."""
FEWEST = 40
"""Minimum number of lines for holding out a dev split."""

Document = list[str]


@dataclass
class LMData:
    """Documents of each split."""

    train: list[Document]
    dev: list[Document]
    language: str
    notes: list[str]

    @property
    def dev_characters(self) -> int:
        """Number of characters of dev, including line ends."""
        return sum(len(line) + 1 for document in self.dev for line in document)


def documents_in(sources: Iterable[str], split: str, problems: RecordErrors) -> list[Document]:
    """The documents of files, or of a corpus's split, without empty ones."""
    texts = (text for source in sources for text in read_texts(source, split, problems))
    return [lines for lines in map(clean_lines, texts) if lines]


def read_data(request: TrainingRequest) -> LMData:
    """Read train and dev. Raises SeqkitError if there is no text."""
    sources, problems = request.sources, RecordErrors(skip=request.sources.skip_bad)
    train = documents_in(split_sources(sources, "train"), "train", problems)
    dev = documents_in(split_sources(sources, "dev"), "dev", problems)
    name = sources.corpus or ", ".join(sources.train)
    if not train:
        raise SeqkitError(f"{name}: holds no text to train on", "Use a file with text.")
    if sources.dev and not dev:
        raise SeqkitError(
            f"{', '.join(sources.dev)}: holds no text to choose the best epoch by", "Leave out --dev."
        )
    notes = [problems.summary()] if problems.summary() else []
    if not dev and sum(map(len, train)) >= FEWEST:
        train, dev = _divided(train)
        notes.append(held_out_note(f"{sum(map(len, dev)):,} lines are held out"))
    elif not dev:
        notes.append(NO_DEV)
    return LMData(train, dev, request.task.lang or corpus_language(sources), notes)


def _divided(documents: list[Document]) -> tuple[list[Document], list[Document]]:
    """Train and dev: whole documents if there are enough, else the last lines of the longest one."""
    if len(documents) >= HELD_OUT:
        return hold_out(documents, HELD_OUT)
    longest = max(documents, key=len)
    cut = max(1, sum(map(len, documents)) // HELD_OUT)
    cut = min(cut, len(longest) - 1)
    train = [document[:-cut] if document is longest else document for document in documents]
    return train, [longest[-cut:]]


def checksum(data: LMData) -> str:
    """sha256 of all lines, in order."""
    digest = hashlib.sha256()
    for documents in (data.train, data.dev):
        for document in documents:
            digest.update("\n".join([*document, "", ""]).encode())
        digest.update(b"\0")
    return digest.hexdigest()
