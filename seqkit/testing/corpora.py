"""Checks of a corpus: its manifest, and, where its files are here, what can be read of them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

from seqkit.data.catalogue import (
    check_manifest,
    corpus_files,
    corpus_folder,
    find_corpus,
    made_items,
    read_examples,
)
from seqkit.data.fetch import fault_of
from seqkit.data.files import format_of
from seqkit.data.manifest import files_of
from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, Sentence
from seqkit.extend.manager import load, package_folder, registry
from seqkit.extend.specs import CorpusSpec
from seqkit.io.safe_paths import fault_of_address, fault_of_path
from seqkit.testing.check import Skipped, Subject, check, expect

SOME = 40
"""Examples of a split that are read."""
LARGEST = 20_000_000
"""Bytes of files whose checksums are computed."""


@check("corpora", quick=True)
def manifest_is_consistent(subject: Subject) -> None:
    """Paths stay in the folder of the corpus, and splits name its files."""
    check_manifest(subject.spec)


@check("corpora")
def corpus_is_found(subject: Subject) -> None:
    """The corpus is found by its name."""
    expect(find_corpus(subject.name).name == subject.name, "another corpus has the name")


@check("corpora")
def there_are_splits(subject: Subject) -> None:
    """There is a split, and each names a file or is made."""
    spec = subject.spec
    expect(spec.splits, "no splits")
    empty = [name for name, paths in spec.splits.items() if not paths and not (spec.maker or spec.made_from)]
    expect(not empty, f"without files: {', '.join(empty)}")


@check("corpora")
def there_is_training_data(subject: Subject) -> None:
    """There is a split `train`, by that name or another."""
    if not {"train", "test", "dev"} & {*subject.spec.splits, *subject.spec.aliases}:
        raise Skipped("the splits have names of their own: commands need --split")
    expect("train" in subject.spec.splits or "test" in subject.spec.splits, "neither train nor test")


@check("corpora")
def aliases_lead_to_splits(subject: Subject) -> None:
    """Other names of splits lead to splits."""
    wrong = [name for name, split in subject.spec.aliases.items() if split not in subject.spec.splits]
    expect(not wrong, f"lead nowhere: {', '.join(wrong)}")


@check("corpora")
def licence_and_source_are_named(subject: Subject) -> None:
    """Users can see whose the corpus is, and what they may do with it."""
    expect(subject.spec.licence, "no licence")
    expect(subject.spec.source, "no source")


@check("corpora")
def language_is_a_code(subject: Subject) -> None:
    """The language is a code such as de, or several, or the name of a modality for none."""
    expect(subject.spec.language, "no language")


@check("corpora")
def files_can_be_had(subject: Subject) -> None:
    """Each file has an address, or ships in the plugin, or the corpus is made of another's or placed by the user."""
    spec = subject.spec
    without = [file.path for file in spec.files if not file.url]
    if spec.folder or not without:
        return
    raise Skipped(f"{len(without)} file(s) have no address: users place them by hand")


@check("corpora")
def addresses_are_on_the_web(subject: Subject) -> None:
    """Addresses are http(s)."""
    wrong = [file.url for file in subject.spec.files if file.url and fault_of_address(file.url)]
    expect(not wrong, f"{wrong[:3]}")


@check("corpora")
def paths_are_safe(subject: Subject) -> None:
    """No path leaves the folder of the corpus."""
    paths = [file.path for file in subject.spec.files]
    paths += [path for split in subject.spec.splits.values() for path in split]
    expect(not any(fault_of_path(path) for path in paths), "a path leaves the folder")


@check("corpora")
def checksums_are_checksums(subject: Subject) -> None:
    """Each file has a sha256 of 64 hexadecimal digits and a positive size."""
    for file in subject.spec.files:
        expect(
            len(file.sha256) == 64 and set(file.sha256.lower()) <= set("0123456789abcdef"),
            f"{file.path}: sha256",
        )
        expect(file.size > 0, f"{file.path}: size {file.size}")


@check("corpora", quick=True)
def shipped_files_are_there(subject: Subject) -> None:
    """A folder in the plugin exists and holds the files."""
    spec = subject.spec
    if not spec.folder:
        raise Skipped("the files do not ship in the plugin")
    place = package_folder(spec.name, spec.folder)
    missing = [file.path for file in spec.files if not (place / file.path).exists()]
    expect(place.is_dir() and not missing, f"{place}: lacks {', '.join(missing) or 'the folder itself'}")


@check("corpora", quick=True)
def base_is_there(subject: Subject) -> None:
    """The corpus that this one is made from is registered."""
    if not subject.spec.made_from:
        raise Skipped("the corpus has files of its own")
    registry().find("corpora", subject.spec.made_from)


@check("corpora", quick=True)
def format_is_known(subject: Subject) -> None:
    """A format reads the files, or the corpus is made by a function."""
    spec = subject.spec
    if spec.maker or spec.kind != CorpusSpec.kind:
        raise Skipped("the files are not read by a format of sentences")
    for path in (path for split in spec.splits.values() for path in split):
        if spec.format:
            registry().find("formats", spec.format)
        else:
            format_of(path)


@check("corpora")
def files_are_whole(subject: Subject) -> None:
    """Files that are here have the size and the checksum of the manifest."""
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
    """A split that the corpus lacks is an error with the nearest name."""
    try:
        corpus_files(subject.name, "no-such-split")
    except SeqkitError:
        return
    expect(False, "an unknown split is accepted")


def _folder(spec: CorpusSpec) -> Any:
    """The folder of the corpus. Raises Skipped where it is not here."""
    place = corpus_folder(spec)
    if place is None:
        raise Skipped("the corpus is not here: fetch it with `seqkit corpora get`")
    return place


def _some(subject: Subject, split: str) -> list[Any]:
    """The first examples of a split, read once."""
    return subject.once(f"some {split}", lambda: list(itertools.islice(_examples(subject.spec, split), SOME)))


def _examples(spec: CorpusSpec, split: str) -> Iterator[Any]:
    place = _folder(spec)
    if spec.maker:
        yield from made_items(spec, split)
    elif spec.sides or spec.kind != CorpusSpec.kind:
        yield from _records(spec, split, place)
    else:
        yield from read_examples(spec.name, split, RecordErrors(skip=True))


def _records(spec: CorpusSpec, split: str, place: Any) -> Iterator[Any]:
    """Examples of a corpus that is not one of sentences."""
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
    """The content of an example, without its place."""
    if isinstance(example, Sentence):
        return example.words
    return (
        getattr(example, "text", None)
        or getattr(example, "sources", None)
        or getattr(example, "reads", example)
    )
