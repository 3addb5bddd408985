"""Checks of the examples of a corpus whose files are on this machine."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from seqkit.data.catalogue import corpus_files, corpus_folder, made_items, read_examples
from seqkit.data.fetch import fault_of
from seqkit.data.manifest import files_of
from seqkit.data.pairs import read_rows
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import CorpusSpec
from seqkit.testing.check import Skipped, Subject, check, expect

SOME = 40
"""Examples of a split that are read."""
LARGEST = 20_000_000
"""Bytes of files whose checksums are computed."""


@check("corpora")
def files_are_whole(subject: Subject) -> None:
    """Files on this machine have the size and checksum of the manifest."""
    spec = subject.spec
    place = _folder(spec)
    small = [file for file in files_of(spec) if file.size < LARGEST][:20]
    if spec.made_from or not small:
        raise Skipped("there is no file of this corpus that is small enough to be hashed")
    faults = [fault for file in small if (fault := fault_of(file, place / file.path))]
    expect(not faults, "; ".join(faults[:3]))


@check("corpora")
def every_split_has_examples(subject: Subject) -> None:
    """Each split can be read, and is not empty."""
    for split in subject.spec.splits:
        expect(_some(subject, split), f"{split} has no examples")


@check("corpora")
def reading_repeats(subject: Subject) -> None:
    """Two readings of a split are equal."""
    split = next(iter(subject.spec.splits))
    first, second = ([repr(_shown(one)) for one in _some(subject, split)] for _ in range(2))
    expect(first == second, f"{split} reads otherwise the second time")


@check("corpora")
def splits_do_not_overlap(subject: Subject) -> None:
    """Two splits do not begin with the same examples."""
    if subject.spec.division:
        raise Skipped("a hash of each text divides the same files into splits")
    heads = [repr([_shown(one) for one in _some(subject, split)[:5]]) for split in subject.spec.splits]
    expect(len(set(heads)) == len(heads), "two splits begin with the same examples")


@check("corpora")
def sentences_have_labels(subject: Subject) -> None:
    """Sentences of a corpus for taggers have words and labels."""
    some = [one for one in _some(subject, next(iter(subject.spec.splits))) if isinstance(one, Sentence)]
    if not some:
        raise Skipped("the examples are no sentences")
    expect(all(one.words for one in some), "a sentence has no words")
    if not any(one.labels for one in some):
        raise Skipped("the sentences have no labels")
    expect(
        all(len(row) == len(one.words) for one in some for row in one.labels.values()),
        "labels and words differ",
    )


@check("corpora")
def unknown_splits_are_refused(subject: Subject) -> None:
    """An unknown split is an error."""
    try:
        corpus_files(subject.name, "no-such-split")
    except SeqkitError:
        return
    expect(False, "an unknown split is accepted")


def _folder(spec: CorpusSpec) -> Any:
    """The folder of the corpus. Raises Skipped if it is not on this machine."""
    place = corpus_folder(spec)
    if place is None:
        raise Skipped("the corpus is not on this machine: fetch it with `seqkit corpora get`")
    return place


def _some(subject: Subject, split: str) -> list[Any]:
    """The first examples of a split, read once."""
    return subject.once(f"some {split}", lambda: list(itertools.islice(_examples(subject.spec, split), SOME)))


def _examples(spec: CorpusSpec, split: str) -> Iterator[Any]:
    place = _folder(spec)
    if spec.maker:
        yield from made_items(spec, split)
    elif spec.sides:
        rows = read_rows(spec.name, split, spec.sides, RecordErrors(skip=True))
        yield from (texts for _, texts in rows)
    elif spec.kind != CorpusSpec.kind:
        yield from _records(spec, split, place)
    else:
        yield from read_examples(spec.name, split, RecordErrors(skip=True))


def _records(spec: CorpusSpec, split: str, place: Any) -> Iterator[Any]:
    """Examples of a corpus of media."""
    from seqkit.io.text_files import NotText, read_lines

    for path in spec.splits[split]:
        known = {one.spec.name: one.spec for one in registry().all("formats")}
        format_spec = known.get(spec.format)
        if (place / path).is_dir():
            yield from sorted(one.name for one in (place / path).iterdir())
        elif format_spec and format_spec.reader:
            yield from load(format_spec.reader)(str(place / path), RecordErrors(skip=True))
        else:
            yield from (line for _, line in read_lines(place / path) if not isinstance(line, NotText))


def _shown(example: Any) -> Any:
    """The content of an example, without its location."""
    if isinstance(example, Sentence):
        return example.words
    return (
        getattr(example, "text", None)
        or getattr(example, "sources", None)
        or getattr(example, "reads", example)
    )
