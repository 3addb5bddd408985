"""Corpora by name, files by suffix: find them, fetch them, verify them, read them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from seqkit.config import fill, parse_settings
from seqkit.data.fetch import Progress, download, fault_of
from seqkit.data.manifest import check_manifest, files_of
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import Item, Pair, RawText, RecordErrors, Sentence, SourceLocation
from seqkit.extend.manager import load, package_folder, registry
from seqkit.extend.specs import CorpusSpec, DecoderSpec, FormatSpec, NoOptions
from seqkit.formats.translations import TranslationWriter
from seqkit.io.atomic import atomic_write
from seqkit.io.text_files import suffix_of
from seqkit.io.user_folders import user_data
from seqkit.io.zip_files import on_disk
from seqkit.labels.kinds import fault_of_name, kinds_in, where_labels_stand

Writer = TypeVar("Writer")


def data_folder() -> Path:
    """Where fetched corpora are kept for this user."""
    return user_data() / "corpora"


def find_corpus(name: str) -> CorpusSpec:
    """The corpus of that name, which may carry options: `adding?length=600`.

    Raises SeqkitError, with the nearest name, where there is none, for a bad manifest, and for an unknown option.
    """
    base, _, options = name.partition("?")
    try:
        spec: CorpusSpec = registry().find("corpora", base)
    except SeqkitError:
        if os.path.exists(name):
            format_of(name)  # says what is wrong with the name of the file
        raise
    check_manifest(spec)
    return with_options(spec, parse_settings(options.split("&"))) if options else spec


def with_options(spec: CorpusSpec, values: Mapping[str, Any]) -> CorpusSpec:
    """The corpus with some of its options set. Raises SeqkitError for one that it does not have, or a wrong value."""
    if spec.options is NoOptions:
        name = next(iter(values))
        raise SeqkitError(f"{spec.name}: has no option '{name}'", "Leave it out.", exit_code=2)
    options = fill({"corpus": spec.options}, values)["corpus"]
    return dataclasses.replace(spec, parameters={**spec.parameters, **dataclasses.asdict(options)})


def named_with_options(name: str, values: Mapping[str, Any]) -> str:
    """The name of a corpus with options, those that it carries already among them: `adding?length=600`."""
    if not values:
        return name
    base, _, own = name.partition("?")
    settings = {**(parse_settings(own.split("&")) if own else {}), **values}
    full = base + "?" + "&".join(f"{key}={value}" for key, value in sorted(settings.items()))
    find_corpus(full)
    return full


def corpus_folder(spec: CorpusSpec) -> Path | None:
    """The first folder that holds every file of the corpus's splits; None where the corpus is not here."""
    if spec.made_from:
        return corpus_folder(_base_of(spec))
    wanted = sorted({path for paths in spec.splits.values() for path in paths})
    for folder in _candidates(spec):
        if all(_is_here(folder / path, spec) for path in wanted):
            return folder
    return None


def _is_here(path: Path, spec: CorpusSpec) -> bool:
    return on_disk(path)[0].is_file() or (spec.listing is not None and path.is_dir())


def _base_of(spec: CorpusSpec) -> CorpusSpec:
    """The corpus that this one is made from. Raises SeqkitError where that is made from another, too."""
    base = find_corpus(spec.made_from)
    if base.made_from:
        raise SeqkitError(
            f"{spec.name}: is made from {base.name}, which is itself made from {base.made_from}",
            "Name the corpus that has files in the manifest.",
        )
    return base


def _folder_that_is_here(spec: CorpusSpec) -> Path:
    folder = corpus_folder(spec)
    if folder is None:
        made = f", for {spec.made_from}, which it is made from, is not" if spec.made_from else ""
        if spec.folder:
            lies = spec.folder.replace(":", "/")
            problem = f"the corpus {spec.name} is not where its plugin has it ({lies} in its package)"
            raise SeqkitError(
                problem, "Reinstall the plugin; its author must list the files as package data."
            )
        fix = f"Fetch it: seqkit corpora get {spec.made_from or spec.name}"
        raise SeqkitError(f"the corpus {spec.name} is not here{made}", fix)
    return folder


def _candidates(spec: CorpusSpec) -> Iterator[Path]:
    """Where a corpus may lie, in the order of preference."""
    if os.environ.get("SEQKIT_CORPORA_DIR"):
        yield Path(os.environ["SEQKIT_CORPORA_DIR"]) / spec.name
    yield data_folder() / spec.name
    if spec.folder:
        yield package_folder(spec.name, spec.folder)


def corpus_files(name: str, split: str) -> list[Path]:
    """The files of one split. SeqkitError for an unknown name or split, and for a corpus that is not here."""
    spec = find_corpus(name)
    split = known_split(spec, split)
    folder = _folder_that_is_here(spec)
    return [folder / path for path in spec.splits[split]]


def get(name: str, progress: Progress) -> Path:
    """The folder that holds the corpus, fetched and checked where it is not here.

    Files that are whole are not fetched twice. Raises SeqkitError without a network, and where what came
    differs from the manifest.
    """
    spec = find_corpus(name)
    here = corpus_folder(spec)
    if here is not None and here != data_folder() / name:
        return here
    if spec.made_from:
        return get(spec.made_from, progress)
    folder = data_folder() / name
    for file in files_of(spec):
        target = folder / file.path
        if fault_of(file, target):
            download(file, target, progress)
    return folder


def verify(name: str) -> list[str]:
    """What is wrong with each file of the corpus that is here, by size and sha256; empty when all is well."""
    spec = find_corpus(name)
    folder = _folder_that_is_here(spec)
    owner = _base_of(spec) if spec.made_from else spec
    return [fault for file in files_of(owner) if (fault := fault_of(file, folder / file.path))]


def made_items(spec: CorpusSpec, split: str) -> Iterator[Item]:
    """The examples of a corpus that has a maker. SeqkitError for a split that it lacks, and where its files do."""
    assert spec.maker is not None
    split = known_split(spec, split)
    yield from load(spec.maker)(_folder_that_is_here(spec), split, _parameters(spec))


def _parameters(spec: CorpusSpec) -> Mapping[str, Any]:
    """What a maker is given: the options at their defaults where none is set."""
    return {**dataclasses.asdict(spec.options()), **spec.parameters}


def known_split(spec: CorpusSpec, split: str) -> str:
    """The split by its own name. SeqkitError for one that the corpus lacks."""
    split = spec.aliases.get(split, split)
    if split not in spec.splits:
        raise SeqkitError(
            f"{spec.name} has no split '{split}'", did_you_mean(split, spec.splits), exit_code=2
        )
    return split


def format_of(path: str | Path, *, written: bool = False) -> FormatSpec:
    """Who reads a file, or who writes it, by its suffix (before `.gz`). SeqkitError for a suffix of none that does."""
    suffix, formats = suffix_of(path), _formats_by_suffix()
    able = {known: spec for known, spec in formats.items() if (spec.writer if written else spec.reader)}
    if suffix in able:
        return able[suffix]
    if suffix in formats:
        said = f"the format {formats[suffix].name} can be {'read, not written' if written else 'written, not read'}"
    else:
        registry().check_uncontested("formats", suffix)
        said = f"the suffix '{suffix}' is not known" if suffix else "it has no suffix that tells its format"
    raise SeqkitError(
        f"{path}: {said}", f"Known: {', '.join(sorted(able))}, each also with .gz.", exit_code=2
    )


def _formats_by_suffix() -> dict[str, FormatSpec]:
    return {suffix: format.spec for format in registry().all("formats") for suffix in format.spec.suffixes}


def names_file(argument: str) -> bool:
    """Whether an argument means a file: it has a path separator or a suffix that a format knows."""
    has_separator = os.sep in argument or (os.altsep or os.sep) in argument
    return has_separator or names_known_suffix(argument)


def names_known_suffix(path: str) -> bool:
    """Whether a format knows the suffix."""
    return suffix_of(path) in _formats_by_suffix()


def read_file(
    path: str | Path, problems: RecordErrors, format: str = "", kinds: Sequence[str] = ()
) -> Iterator[Sentence | RawText]:
    """What a file ("-" is stdin) holds, by its suffix or the format named.

    Args: kinds, kinds of label to read beside those that the format's reader always yields. Raises SeqkitError for a
    format that cannot be read, or holds pairs.
    """
    spec = registry().find("formats", format) if format else format_of(path)
    if spec.reader is None:
        readable = [format.spec.name for format in registry().all("formats") if format.spec.reader]
        fix = f"Choose one of {', '.join(readable)}."
        raise SeqkitError(f"{path}: the format {spec.name} can be written, not read", fix, exit_code=2)
    if spec.yields == "pairs":
        fix = "Use it where parallel text is read: seqkit train seq2seq, evaluate, corpora stats."
        raise SeqkitError(f"{path}: the format {spec.name} holds pairs, not sentences", fix, exit_code=2)
    wanted = (tuple(kinds),) if spec.takes_kinds else ()
    examples = load(spec.reader)(os.fspath(path), problems, *wanted)
    builtin = registry().registered("formats", spec.name).builtin
    yield from examples if builtin else _checked(examples, spec, problems)


def _checked(
    examples: Iterable[Any], spec: FormatSpec, problems: RecordErrors
) -> Iterator[Sentence | RawText]:
    """What a plugin's reader yields. A label too many or too few would be learnt of another word, without a sound."""
    for number, example in enumerate(examples, start=1):
        where = getattr(example, "where", None) or SourceLocation(f"format '{spec.name}', example", number)
        if fault := _fault(example):
            problems.bad(where, f"the reader {spec.reader} gave {fault}", "Tell the author of the plugin.")
        else:
            yield example


def _fault(example: Any) -> str:
    """What is wrong with an example; empty when it can be used."""
    if isinstance(example, RawText):
        return ""
    if not isinstance(example, Sentence):
        return f"a {type(example).__name__}, not a Sentence or RawText"
    if not all(isinstance(word, str) for word in example.words):
        return "words that are not strings"
    for kind, labels in example.labels.items():
        if fault := fault_of_name(kind):
            return f"labels of a kind without a fit name: {fault}"
        if len(labels) != len(example.words):
            return f"{len(labels)} {kind} label(s) for {len(example.words)} word(s)"
    return ""


def read_pair_file(path: str | Path, spec: FormatSpec, problems: RecordErrors) -> Iterator[Pair]:
    """The pairs that a format's reader yields; what is no pair of texts goes to `problems`."""
    for number, pair in enumerate(load(spec.reader or "")(str(path), problems), start=1):
        where = pair.where if isinstance(pair, Pair) and pair.where else SourceLocation(str(path), number)
        if fault := _fault_of_pair(pair):
            problems.bad(where, f"the reader {spec.reader} gave {fault}", "Tell the author of the plugin.")
        else:
            pair.where = where
            yield pair


def _fault_of_pair(pair: Any) -> str:
    """What is wrong with a pair; empty when it can be used."""
    if not isinstance(pair, Pair):
        return f"a {type(pair).__name__}, not a Pair"
    sides = [*pair.sources.values(), *([] if pair.target is None else [pair.target])]
    if not all(isinstance(side, str) for side in sides):
        return "a side that is not a string"
    if pair.target is not None and len(pair.sources) != 1:
        return f"{len(pair.sources)} sources with one target"
    return ""


def read_examples(
    source: str | Path,
    split: str,
    problems: RecordErrors,
    kinds: Sequence[str] = (),
    purpose: str = CorpusSpec.kind,
) -> Iterator[Sentence | RawText]:
    """The examples of a file, or of one split of a corpus by name.

    Args: kinds, see `read_file`; purpose, the `kind` of corpora that are read beside those of sentences: a task's own.
    """
    if isinstance(source, Path) or names_file(source):
        yield from read_file(source, problems, kinds=kinds)
        return
    spec = find_corpus(source)
    if spec.kind not in (CorpusSpec.kind, purpose):
        fix = "`seqkit corpora list` tells what each is for."
        problem = f"{source}: is a corpus for {spec.kind}; its examples are not sentences"
        raise SeqkitError(problem, fix, exit_code=2)
    for path in corpus_files(source, split):
        yield from read_file(path, problems, spec.format, kinds)


def read_sentences(
    source: str | Path, split: str, problems: RecordErrors, kinds: Sequence[str] = ()
) -> Iterator[Sentence]:
    """As `read_examples`, where words are needed. SeqkitError for running text."""
    for example in read_examples(source, split, problems, kinds):
        if isinstance(example, RawText):
            fix = f"Tag it first: seqkit tag {example.where.path} -o tagged.conllu"
            raise SeqkitError(f"{example.where.path}: running text is not split into words", fix, exit_code=2)
        yield example


def make_writer(spec: FormatSpec | DecoderSpec, file: BinaryIO) -> Any:
    """The writer of a format on a file. Raises SeqkitError where it lacks a method, before anything is written."""
    return _checked_writer(load(spec.writer or "")(file), spec.name, spec.writer)


def make_translation_writer(spec: FormatSpec, file: BinaryIO, n_best: int) -> TranslationWriter:
    """As `make_writer`, of translations; n_best, how many are wanted of each line."""
    writer: TranslationWriter = load(spec.translations or "")(file, n_best)
    return _checked_writer(writer, spec.name, spec.translations)


def _checked_writer(writer: Writer, format: str, reference: str | None) -> Writer:
    for method in ("write", "close"):
        if not callable(getattr(writer, method, None)):
            problem = f"the writer of the format '{format}', {reference}, has no method '{method}'"
            raise SeqkitError(problem, "Tell the author of the plugin.")
    return writer


def convert(source: Path, target: Path, problems: RecordErrors, kinds: Sequence[str] = ()) -> int:
    """Write the sentences of one file in the format of another; returns how many there were.

    Args: kinds, see `read_file`. Raises SeqkitError where the file has no labels of one of them.
    """
    spec, count = format_of(target, written=True), 0
    missing = set(kinds)
    with atomic_write(target) as file:
        out = make_writer(spec, file)
        for sentence in read_sentences(source, "", problems, kinds):
            missing = missing.difference(kinds_in([sentence])) if missing else missing
            out.write(sentence)
            count += 1
        out.close()
        check_found(source, missing)
    return count


def check_found(source: str | Path, missing: Collection[str]) -> None:
    """Raise SeqkitError where kinds of label were asked for that a source does not have."""
    if missing:
        kind = min(missing)
        raise SeqkitError(f"{source}: has no {kind} labels", where_labels_stand(kind, ()), exit_code=2)
