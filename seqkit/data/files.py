"""Choose readers and writers by suffix, and check the examples of plugins' readers."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from seqkit.errors import SeqkitError
from seqkit.examples import Pair, RawText, RecordErrors, Sentence, SourceLocation
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import DecoderSpec, FormatSpec
from seqkit.formats.translations import TranslationWriter
from seqkit.io.limits import within_records
from seqkit.io.text_files import suffix_of
from seqkit.labels.kinds import fault_of_name

Writer = TypeVar("Writer")


def format_of(path: str | Path, *, written: bool = False) -> FormatSpec:
    """Return the format that reads or, if `written`, writes a file, by its suffix (before `.gz`).

    Raises SeqkitError for an unknown suffix.
    """
    suffix, formats = suffix_of(path), _formats_by_suffix()
    able = {known: spec for known, spec in formats.items() if (spec.writer if written else spec.reader)}
    if suffix in able:
        return able[suffix]
    if suffix in formats:
        reason = f"the format {formats[suffix].name} can be {'read, not written' if written else 'written, not read'}"
    else:
        registry().check_uncontested("formats", suffix)
        reason = f"the suffix '{suffix}' is not known" if suffix else "it has no suffix"
    raise SeqkitError(
        f"{path}: {reason}", f"Known: {', '.join(sorted(able))}, each also with .gz.", exit_code=2
    )


def _formats_by_suffix() -> dict[str, FormatSpec]:
    return {suffix: format.spec for format in registry().all("formats") for suffix in format.spec.suffixes}


def names_file(argument: str) -> bool:
    """Whether an argument names a file: it has a path separator or the suffix of a format."""
    has_separator = os.sep in argument or (os.altsep or os.sep) in argument
    return has_separator or names_known_suffix(argument)


def names_known_suffix(path: str) -> bool:
    """Whether a path has the suffix of a format."""
    return suffix_of(path) in _formats_by_suffix()


def read_file(
    path: str | Path, problems: RecordErrors, format: str = "", kinds: Sequence[str] = ()
) -> Iterator[Sentence | RawText]:
    """Yield the sentences or texts of a file ("-" is stdin).

    Args:
        format: name of the format; "": by the suffix.
        kinds: kinds of label to read in addition to those that the format's reader always yields.

    Raises SeqkitError for a format that cannot be read, or contains pairs.
    """
    spec = registry().find("formats", format) if format else format_of(path)
    if spec.reader is None:
        readable = [format.spec.name for format in registry().all("formats") if format.spec.reader]
        fix = f"Choose one of {', '.join(readable)}."
        raise SeqkitError(f"{path}: the format {spec.name} can be written, not read", fix, exit_code=2)
    if spec.yields == "pairs":
        fix = "Use it where parallel text is read: seqkit train seq2seq, evaluate, corpora stats."
        raise SeqkitError(f"{path}: the format {spec.name} contains pairs, not sentences", fix, exit_code=2)
    wanted = (tuple(kinds),) if spec.takes_kinds else ()
    examples = within_records(path, load(spec.reader)(os.fspath(path), problems, *wanted))
    builtin = registry().registered("formats", spec.name).builtin
    yield from examples if builtin else _checked(examples, spec, problems)


def _checked(
    examples: Iterable[Any], spec: FormatSpec, problems: RecordErrors
) -> Iterator[Sentence | RawText]:
    """Check the examples of a plugin's reader: a missing or surplus label would silently shift labels."""
    for number, example in enumerate(examples, start=1):
        where = example.where if isinstance(example, Sentence | RawText) else None
        where = where or SourceLocation(f"format '{spec.name}', example", number)
        if fault := _fault(example):
            problems.bad(where, f"the reader {spec.reader} yielded {fault}", "Tell the author of the plugin.")
        else:
            yield example


def _fault(example: Any) -> str:
    """Describe the first fault of an example; "" if it has none."""
    if isinstance(example, RawText):
        return ""
    if not isinstance(example, Sentence):
        return f"a {type(example).__name__}, not a Sentence or RawText"
    if not all(isinstance(word, str) for word in example.words):
        return "words that are not strings"
    for kind, labels in example.labels.items():
        if fault := fault_of_name(kind):
            return f"labels of a kind with an invalid name: {fault}"
        if len(labels) != len(example.words):
            return f"{len(labels)} {kind} label(s) for {len(example.words)} word(s)"
    return ""


def read_pair_file(path: str | Path, spec: FormatSpec, problems: RecordErrors) -> Iterator[Pair]:
    """Yield the pairs of a format's reader. Other values than pairs of texts go to `problems`."""
    for number, pair in enumerate(within_records(path, load(spec.reader or "")(str(path), problems)), 1):
        where = pair.where if isinstance(pair, Pair) and pair.where else SourceLocation(str(path), number)
        if fault := _fault_of_pair(pair):
            problems.bad(where, f"the reader {spec.reader} yielded {fault}", "Tell the author of the plugin.")
        else:
            pair.where = where
            yield pair


def _fault_of_pair(pair: Any) -> str:
    """Describe the first fault of a pair; "" if it has none."""
    if not isinstance(pair, Pair):
        return f"a {type(pair).__name__}, not a Pair"
    sides = [*pair.sources.values(), *([] if pair.target is None else [pair.target])]
    if not all(isinstance(side, str) for side in sides):
        return "a side that is not a string"
    if pair.target is not None and len(pair.sources) != 1:
        return f"{len(pair.sources)} sources with one target"
    return ""


def make_writer(spec: FormatSpec | DecoderSpec, file: BinaryIO) -> Any:
    """Create the writer of a format on a file. Raises SeqkitError if it lacks a method."""
    return _checked_writer(load(spec.writer or "")(file), spec.name, spec.writer)


def make_translation_writer(spec: FormatSpec, file: BinaryIO, n_best: int) -> TranslationWriter:
    """Like `make_writer`, for translations. Args: n_best, number of translations per line."""
    writer: TranslationWriter = load(spec.translations or "")(file, n_best)
    return _checked_writer(writer, spec.name, spec.translations)


def _checked_writer(writer: Writer, format: str, reference: str | None) -> Writer:
    for method in ("write", "close"):
        if not callable(getattr(writer, method, None)):
            problem = f"the writer of the format '{format}', {reference}, has no method '{method}'"
            raise SeqkitError(problem, "Tell the author of the plugin.")
    return writer
