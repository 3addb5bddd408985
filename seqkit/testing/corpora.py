"""Checks of the manifest of a corpus; `corpora_read` has those of its examples."""

from __future__ import annotations

from seqkit.data.catalogue import check_manifest, find_corpus
from seqkit.data.files import format_of
from seqkit.extend.manager import package_folder, registry
from seqkit.extend.specs import CorpusSpec
from seqkit.io.safe_paths import fault_of_address, fault_of_path
from seqkit.testing import corpora_read  # noqa: F401 (its checks follow)
from seqkit.testing.check import Skipped, Subject, check, expect


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
    """There is a split, and each has files or is generated."""
    spec = subject.spec
    expect(spec.splits, "no splits")
    empty = [name for name, paths in spec.splits.items() if not paths and not (spec.maker or spec.made_from)]
    expect(not empty, f"without files: {', '.join(empty)}")


@check("corpora")
def there_is_training_data(subject: Subject) -> None:
    """There is a split `train` or, for test corpora, `test`."""
    if not {"train", "test", "dev"} & {*subject.spec.splits, *subject.spec.aliases}:
        raise Skipped("the splits have names of their own: commands need --split")
    expect("train" in subject.spec.splits or "test" in subject.spec.splits, "neither train nor test")


@check("corpora")
def aliases_lead_to_splits(subject: Subject) -> None:
    """Aliases are names of splits."""
    wrong = [name for name, split in subject.spec.aliases.items() if split not in subject.spec.splits]
    expect(not wrong, f"lead nowhere: {', '.join(wrong)}")


@check("corpora")
def licence_and_source_are_named(subject: Subject) -> None:
    """The record names the source of the corpus and its licence."""
    expect(subject.spec.licence, "no licence")
    expect(subject.spec.source, "no source")


@check("corpora")
def language_is_a_code(subject: Subject) -> None:
    """The record names a language."""
    expect(subject.spec.language, "no language")


@check("corpora")
def files_can_be_had(subject: Subject) -> None:
    """Each file has an address, or is part of the plugin. Skipped if users must place files themselves."""
    spec = subject.spec
    without = [file.path for file in spec.files if not file.url]
    if spec.folder or not without:
        return
    raise Skipped(f"{len(without)} file(s) have no address: users must place them")


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
        raise Skipped("the files are not part of the plugin")
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
    """A registered format reads the files."""
    spec = subject.spec
    if spec.maker or spec.kind != CorpusSpec.kind:
        raise Skipped("the files are not read by a format of sentences")
    for path in (path for split in spec.splits.values() for path in split):
        if spec.format:
            registry().find("formats", spec.format)
        else:
            format_of(path)
