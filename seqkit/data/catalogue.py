"""Find, fetch, verify and read corpora by name."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from seqkit.config import fill, parse_settings
from seqkit.data.fetch import Progress, download, fault_of
from seqkit.data.files import format_of, make_writer, names_file, read_file
from seqkit.data.manifest import check_manifest, files_of
from seqkit.errors import SeqkitError, did_you_mean, shortened
from seqkit.examples import Item, RawText, RecordErrors, Sentence
from seqkit.extend.manager import load, package_folder, registry
from seqkit.extend.specs import CorpusSpec, NoOptions
from seqkit.io.atomic import atomic_write
from seqkit.io.user_folders import user_data
from seqkit.io.zip_files import on_disk
from seqkit.labels.kinds import kinds_in, learnt_kinds, missing_labels_fix

VARIABLE = "SEQKIT_CORPORA_DIR"
"""Environment variable with the folder of corpora."""


def data_folder() -> Path:
    """Return the folder of this user's fetched corpora."""
    return user_data() / "corpora"


def find_corpus(name: str) -> CorpusSpec:
    """Find a corpus by its name, which may include options: `adding?length=600`.

    Raises SeqkitError for an unknown name (with the nearest one), an invalid manifest, and an unknown option.
    """
    base, _, options = name.partition("?")
    try:
        spec: CorpusSpec = registry().find("corpora", base)
    except SeqkitError as error:
        if os.path.exists(name):
            format_of(name)  # raises SeqkitError for a file with an unknown suffix
        if names_file(name):
            raise SeqkitError(error.problem, f"To train on a file: --train {name}.", exit_code=2) from None
        raise
    check_manifest(spec)
    return with_options(spec, parse_settings(options.split("&"))) if options else spec


def with_options(spec: CorpusSpec, values: Mapping[str, Any]) -> CorpusSpec:
    """Set options of a corpus. Raises SeqkitError for an unknown option, and for an invalid value."""
    if spec.options is NoOptions:
        name = next(iter(values))
        raise SeqkitError(f"{spec.name}: has no option '{name}'", "Leave it out.", exit_code=2)
    options = fill({"corpus": spec.options}, values)["corpus"]
    return dataclasses.replace(spec, parameters={**spec.parameters, **dataclasses.asdict(options)})


def named_with_options(name: str, values: Mapping[str, Any]) -> str:
    """Add options to the name of a corpus, which may already have options: `adding?length=600`."""
    if not values:
        return name
    base, _, options = name.partition("?")
    settings = {**(parse_settings(options.split("&")) if options else {}), **values}
    full = base + "?" + "&".join(f"{key}={value}" for key, value in sorted(settings.items()))
    find_corpus(full)
    return full


def corpus_folder(spec: CorpusSpec) -> Path | None:
    """Return the first folder with all files of the corpus's splits; None if the corpus is not installed."""
    if spec.made_from:
        return corpus_folder(_base_of(spec))
    wanted = sorted({path for paths in spec.splits.values() for path in paths})
    for folder in _candidates(spec):
        if all(_exists(folder / path, spec) for path in wanted):
            return folder
    return None


def _exists(path: Path, spec: CorpusSpec) -> bool:
    return on_disk(path)[0].is_file() or (spec.listing is not None and path.is_dir())


def _base_of(spec: CorpusSpec) -> CorpusSpec:
    """The corpus from which `spec` is generated. Raises SeqkitError if it is itself generated from another corpus."""
    base = find_corpus(spec.made_from)
    if base.made_from:
        raise SeqkitError(
            f"{spec.name}: is generated from {base.name}, which is itself generated from {base.made_from}",
            "Name the corpus that has files in the manifest.",
        )
    return base


def _installed_folder(spec: CorpusSpec) -> Path:
    """The folder of a corpus. Raises SeqkitError if it is not installed."""
    folder = corpus_folder(spec)
    if folder is None:
        if spec.folder:
            place = spec.folder.replace(":", "/")
            problem = f"the files of the corpus {spec.name} are missing from its plugin ({place})"
            raise SeqkitError(
                problem, "Reinstall the plugin; its author must list the files as package data."
            )
        base = f"{spec.made_from}, from which {spec.name} is generated," if spec.made_from else spec.name
        fix = f"Fetch it: seqkit corpora get {spec.made_from or spec.name}"
        raise SeqkitError(f"the corpus {base} is not fetched", fix)
    return folder


def _readable_folder(folder: str) -> Path:
    """The folder in VARIABLE. Raises SeqkitError if it is not readable, or not a valid path."""
    try:
        os.stat(os.path.join(folder, "x"))
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        problem = f"{VARIABLE}={shortened(folder, 200)}: cannot be read ({reason})"
        raise SeqkitError(problem, "Set it to a folder that you may read, or unset it.") from None
    return Path(folder)


def _candidates(spec: CorpusSpec) -> Iterator[Path]:
    """Yield possible folders of a corpus, in order of preference."""
    if folder := os.environ.get("SEQKIT_CORPORA_DIR"):
        yield _readable_folder(folder) / spec.name
    yield data_folder() / spec.name
    if spec.folder:
        yield package_folder(spec.name, spec.folder)


def corpus_files(name: str, split: str) -> list[Path]:
    """Return the files of one split. Raises SeqkitError for an unknown name or split, and if it is not fetched."""
    spec = find_corpus(name)
    split = known_split(spec, split)
    folder = _installed_folder(spec)
    return [folder / path for path in spec.splits[split]]


def get(name: str, progress: Progress) -> Path:
    """Fetch and verify a corpus if it is missing; return its folder.

    Complete files are not fetched again. Raises SeqkitError if a file cannot be fetched, or differs from the manifest.
    """
    spec = find_corpus(name)
    installed = corpus_folder(spec)
    if installed is not None and installed != data_folder() / name:
        return installed
    if spec.made_from:
        return get(spec.made_from, progress)
    folder = data_folder() / name
    for file in files_of(spec):
        target = folder / file.path
        if fault_of(file, target):
            download(file, target, progress)
    return folder


def verify(name: str) -> list[str]:
    """Compare a corpus's files with its manifest, by size and sha256; return the differences."""
    spec = find_corpus(name)
    folder = _installed_folder(spec)
    owner = _base_of(spec) if spec.made_from else spec
    return [fault for file in files_of(owner) if (fault := fault_of(file, folder / file.path))]


def made_items(spec: CorpusSpec, split: str) -> Iterator[Item]:
    """Yield the examples of a corpus with a maker. Raises SeqkitError for an unknown split, and for missing files."""
    assert spec.maker is not None
    split = known_split(spec, split)
    yield from load(spec.maker)(_installed_folder(spec), split, _parameters(spec))


def _parameters(spec: CorpusSpec) -> Mapping[str, Any]:
    """The parameters of a maker, including the defaults of its options."""
    return {**dataclasses.asdict(spec.options()), **spec.parameters}


def known_split(spec: CorpusSpec, split: str) -> str:
    """Resolve an alias of a split. Raises SeqkitError for a split that the corpus lacks."""
    split = spec.aliases.get(split, split)
    if split not in spec.splits:
        raise SeqkitError(
            f"{spec.name} has no split '{split}'", did_you_mean(split, spec.splits), exit_code=2
        )
    return split


def read_examples(
    source: str | Path,
    split: str,
    problems: RecordErrors,
    kinds: Sequence[str] = (),
    purpose: str = CorpusSpec.kind,
) -> Iterator[Sentence | RawText]:
    """Yield the examples of a file, or of one split of a corpus by name.

    Args: kinds, see `read_file`; purpose, a `kind` of corpora to accept in addition to corpora of sentences. Raises
    SeqkitError for a corpus of another kind.
    """
    if isinstance(source, Path) or names_file(source):
        yield from read_file(source, problems, kinds=kinds)
        return
    spec = find_corpus(source)
    if spec.kind not in (CorpusSpec.kind, purpose):
        fix = "Choose a corpus of sentences: seqkit corpora list."
        problem = f"{source}: is a corpus for {spec.kind}; its examples are not sentences"
        raise SeqkitError(problem, fix, exit_code=2)
    for path in corpus_files(source, split):
        yield from read_file(path, problems, spec.format, kinds)


def read_sentences(
    source: str | Path, split: str, problems: RecordErrors, kinds: Sequence[str] = ()
) -> Iterator[Sentence]:
    """Like `read_examples`, for callers that need words. Raises SeqkitError for running text."""
    for example in read_examples(source, split, problems, kinds):
        if isinstance(example, RawText):
            fix = f"Tag it first: seqkit tag {example.where.path} -o tagged.conllu"
            raise SeqkitError(f"{example.where.path}: running text is not split into words", fix, exit_code=2)
        yield example


def check_found(source: str | Path, missing: Collection[str]) -> None:
    """Raise SeqkitError if a source lacks requested kinds of label."""
    if missing:
        kind = min(missing)
        raise SeqkitError(f"{source}: has no {kind} labels", missing_labels_fix(kind, ()), exit_code=2)


def convert(source: Path, target: Path, problems: RecordErrors, kinds: Sequence[str] = ()) -> int:
    """Write the sentences of `source` in the format of `target`; return their number.

    Args: kinds, see `read_file`; if empty, also those that taggers learn by default, such as lemmas. Raises SeqkitError
    if the file has no labels of a requested kind.
    """
    spec, count = format_of(target, written=True), 0
    missing = set(kinds)
    with atomic_write(target) as file:
        out = make_writer(spec, file)
        for sentence in read_sentences(source, "", problems, kinds or learnt_kinds()):
            missing = missing.difference(kinds_in([sentence])) if missing else missing
            out.write(sentence)
            count += 1
        out.close()
        check_found(source, missing)
    return count
