"""Divide, read and write files of sentences and running text, for tasks that are applied to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import fspath
from typing import BinaryIO

from seqkit.data.files import format_of, make_writer, names_known_suffix, read_file
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.extend.manager import registry
from seqkit.extend.specs import FormatSpec
from seqkit.formats.fields import SUFFIXES, choice_of, read_texts
from seqkit.formats.plain import read_tokens
from seqkit.io.text_files import FilePath, suffix_of
from seqkit.tasks.application import ApplyRequest, Limits, Reading
from seqkit.tasks.splitting import Item
from seqkit.text.paragraphs import paragraphs

LIMITS = Limits(records=20_000, size=300_000)
FIRST = Limits(records=20_000, size=10_000)
"""Limits of the first chunk of a command: about the text that is tagged without importing torch."""
PARTS = Limits(records=1_000_000, size=1 << 20)
CARRIES = ("jsonl", "parquet")
"""Formats that support fields of the input's records."""


def spec_of(path: FilePath, reading: Reading) -> FormatSpec:
    """The format of an input; text if the suffix is unknown."""
    if reading.format:
        spec: FormatSpec = registry().find("formats", reading.format)
        return spec
    return format_of(fspath(path)) if names_known_suffix(str(path)) else registry().find("formats", "txt")


def cuts_of(path: str, request: ApplyRequest, pretokenized: bool) -> str:
    """Where a file may be divided; see `FormatSpec.cuts`."""
    reading = request.reading
    if pretokenized:
        return "lines"
    if reading.text_field:
        return SUFFIXES.get(f".{reading.format}" if reading.format else suffix_of(path), "whole")
    return spec_of(path, reading).cuts


def read_items(
    path: FilePath, request: ApplyRequest, problems: RecordErrors, pretokenized: bool
) -> Iterator[Item]:
    """Sentences unchanged; running text by paragraphs; the text of each record as a document."""
    reading = request.reading
    if pretokenized:
        yield from read_tokens(path, problems)
    elif reading.text_field:
        choice = choice_of(reading.text_field, reading.id_field, reading.keep, reading.drop)
        yield from read_texts(path, choice, problems, reading.format)
    else:
        yield from _by_paragraph(read_file(fspath(path), problems, spec_of(path, reading).name))


def _by_paragraph(examples: Iterable[Item]) -> Iterator[Item]:
    """Sentences unchanged; running text divided into paragraphs, so that any chunk of them can be split separately."""
    stretches: list[RawText] = []
    for example in examples:
        if isinstance(example, Sentence):
            yield example
        else:
            stretches = [example]
            break
    if not stretches:
        return
    for held in paragraphs(_chained(stretches, examples)):
        yield RawText(held.text, SourceLocation(held.path, held.line), held.offset, held.document)


def _chained(first: Sequence[RawText], others: Iterable[Item]) -> Iterator[RawText]:
    yield from first
    yield from (other for other in others if isinstance(other, RawText))


def size_of(item: Item) -> float:
    """Characters."""
    return len(item.text) if isinstance(item, RawText) else sum(map(len, item.words)) + len(item.words)


def formats_for(path: str, request: ApplyRequest, writes: str = "conllu") -> tuple[str, ...]:
    """Formats of sentences that can be written in parts, the default for such an input first."""
    able = [
        one.spec.name
        for one in registry().all("formats")
        if one.spec.writer and (one.spec.join or one.spec.pieces)
    ]
    reading = request.reading
    own = "" if reading.text_field else spec_of(path, reading).name
    if reading.text_field and suffix_of(path).removeprefix(".") in CARRIES:
        own = suffix_of(path).removeprefix(".")
    usual = own if own in able else "jsonl" if reading.text_field else writes
    return tuple(dict.fromkeys((usual, *able)))


def check_places(format: str, request: ApplyRequest, probabilities: bool) -> None:
    """Raise SeqkitError for a format that does not support the requested output."""
    if probabilities and "probabilities" not in registry().find("formats", format).shows:
        able = [one.spec.name for one in registry().all("formats") if "probabilities" in one.spec.shows]
        fix = f"Choose one that has: --format {', '.join(able)}."
        raise SeqkitError(f"the format {format} has no place for probabilities", fix, exit_code=2)
    if request.reading.keep and format not in CARRIES:
        problem = f"--keep: the format {format} has no place for fields"
        raise SeqkitError(problem, f"Choose one of {', '.join(CARRIES)}.", exit_code=2)


class SentenceWriter:
    """Writes the sentences of each item in a format."""

    def __init__(self, format: str, file: BinaryIO) -> None:
        self._writer = make_writer(registry().find("formats", format), file)

    def write(self, number: int, item: Item, output: Sequence[Sentence]) -> int:
        """Write sentences; returns how many."""
        for sentence in output:
            self._writer.write(sentence)
        return len(output)

    def close(self) -> None:
        """Write the end of the output."""
        self._writer.close()
