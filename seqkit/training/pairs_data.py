"""The pairs of a run: read, divided into train and dev."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from seqkit.catalogue import find_corpus
from seqkit.errors import SeqkitError
from seqkit.formats.examples import Pair, Problems
from seqkit.pairs import read_pairs, sides_of
from seqkit.training.request import Sources

HELD_OUT = 20
"""Without a dev split, every twentieth pair of the training split goes into one,"""
MOST_HELD_OUT = 1000
"""but no more than this."""
FEWEST = 40
"""Fewer pairs than this are not divided."""


@dataclass
class PairData:
    """The pairs of a run, and what was settled while reading them."""

    train: list[Pair]
    dev: list[Pair]
    source: str
    target: str
    notes: list[str]

    @property
    def checksum(self) -> str:
        """sha256 of sources and targets, in order."""
        digest = hashlib.sha256()
        for pairs in (self.train, self.dev):
            for pair in pairs:
                digest.update(json.dumps([pair.sources, pair.target], default=str).encode() + b"\n")
            digest.update(b"\n")
        return digest.hexdigest()


def read_pair_data(sources: Sources) -> PairData:
    """Read train and dev. Raises SeqkitError where there is nothing to learn from."""
    first = sources.corpus or sources.train[0]
    source, target = sides_of(first, sources.source, sources.target)
    problems = Problems(skip=sources.skip_bad)
    splits = [
        [
            pair
            for data in _named(sources, split)
            for pair in read_pairs(data, split, source, target, problems)
        ]
        for split in ("train", "dev")
    ]
    train, dev = splits
    if not train:
        raise SeqkitError(f"{first}: holds no pair to train on", "Give a file with source and target.")
    if sources.dev and not dev:
        raise SeqkitError(f"{sources.dev[0]}: holds no pair", "Give a dev split with pairs, or none.")
    notes = [problems.summary()] if problems.summary() else []
    if not dev and len(train) >= FEWEST:
        step = max(HELD_OUT, len(train) // MOST_HELD_OUT)
        dev, train = train[step - 1 :: step], [pair for i, pair in enumerate(train) if (i + 1) % step]
        notes.append(f"no dev split given: every {step}th pair is held out ({len(dev)} of them)")
    elif not dev:
        notes.append("no dev split: every epoch is trained and the last one kept")
    return PairData(train, dev, source or "xx", target or "xx", notes)


def _named(sources: Sources, split: str) -> Sequence[str]:
    """Where the pairs of a split are: the files given for it, else the corpus, if it has such a split."""
    files: Sequence[str] = getattr(sources, split)
    if files or not sources.corpus:
        return files
    spec = find_corpus(sources.corpus)
    known = {*spec.splits, *spec.aliases, *(spec.division.shares if spec.division else ())}
    return (sources.corpus,) if split in known else ()
