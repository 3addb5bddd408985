"""The pairs of a run: read, divided into train and dev."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from seqkit.data.catalogue import find_corpus
from seqkit.data.items import read_media_pairs, reads_items
from seqkit.data.pair_sides import UNKNOWN, names_pair_files, sides_of
from seqkit.data.pairs import read_pairs
from seqkit.errors import SeqkitError
from seqkit.examples import Pair, RecordErrors
from seqkit.extend.manager import registry
from seqkit.media import Limits
from seqkit.models.options import names_in
from seqkit.tasks.held_out import NO_DEV, held_out_note, hold_out
from seqkit.tasks.reading import split_sources
from seqkit.tasks.seq2seq.options import Seq2SeqTraining
from seqkit.training.request import Sources

HELD_OUT = 20
"""Without a dev split, every twentieth pair of the training split goes into one,"""
MOST_HELD_OUT = 1000
"""but no more than this."""
FEWEST = 40
"""Fewer pairs than this are not divided."""


@dataclass
class PairData:
    """The pairs of a run, and the facts found while reading them."""

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
                digest.update(json.dumps([pair.sources, pair.target], default=_told).encode() + b"\n")
            digest.update(b"\n")
        return digest.hexdigest()


def _told(value: Any) -> Any:
    """An array as its type, shape and sha256; a record of arrays field by field."""
    if isinstance(value, np.ndarray):
        content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        return [str(value.dtype), list(value.shape), content]
    if dataclasses.is_dataclass(value):
        return [
            type(value).__name__,
            *(getattr(value, field.name) for field in dataclasses.fields(value)),
        ]
    if isinstance(value, np.generic):
        return value.item()
    raise SeqkitError(
        f"an example holds a {type(value).__name__}, which cannot be compared",
        "The plugin that reads it should return a dataclass of numpy arrays.",
    )


def read_pair_data(sources: Sources, task: Seq2SeqTraining, options: Any) -> PairData:
    """Read train and dev. Raises SeqkitError for data without examples.

    Args: options, the model's: encoder and decoder determine which parts of an example are read.
    """
    first = sources.corpus or sources.train[0]
    problems = RecordErrors(skip=sources.skip_bad)
    source, target, read = _reader(first, task, options, problems)
    splits = [
        [pair for data in split_sources(sources, split) for pair in read(data, split)]
        for split in ("train", "dev")
    ]
    train, dev = splits
    if not train:
        raise SeqkitError(f"{first}: holds no pair to train on", "Give a file with source and target.")
    if sources.dev and not dev:
        raise SeqkitError(f"{sources.dev[0]}: holds no pair", "Give a dev split with pairs, or none.")
    notes = [problems.summary()] if problems.summary() else []
    if not dev and len(train) >= FEWEST:
        step = max(HELD_OUT, -(-len(train) // MOST_HELD_OUT))
        train, dev = hold_out(train, step)
        notes.append(held_out_note(f"every {step}th pair is held out ({len(dev)} of them)"))
    elif not dev:
        notes.append(NO_DEV)
    return PairData(train, dev, source or UNKNOWN, target or UNKNOWN, notes)


def _reader(
    first: str, task: Seq2SeqTraining, options: Any, problems: RecordErrors
) -> tuple[str, str, Callable[[str, str], Iterator[Pair]]]:
    """Names of source and target, and a function that reads the pairs of (data, split)."""
    encoders, decoder = names_in(options.encoder), options.decoder
    if not reads_items(first, encoders, decoder):
        source, target = sides_of(first, task.source, task.target)
        return (
            source,
            target,
            lambda data, split: read_pairs(
                data, split, source, target, problems, encoder=encoders[0], decoder=decoder
            ),
        )
    limits = Limits(task.max_seconds, task.max_pixels, task.max_frames)
    source, target = task.source or UNKNOWN, task.target or _language(first, decoder)
    return (
        source,
        target,
        lambda data, split: read_media_pairs(data, split, encoders, decoder, problems, limits),
    )


def _language(data: str, decoder: str) -> str:
    """The language of the targets: that of the corpus if they are text."""
    if names_pair_files(data) or registry().find("decoders", decoder).writer:
        return UNKNOWN
    return find_corpus(data).language
