"""Taggers applied to files, part by part: what is read, what comes out of a chunk, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from os import fspath
from typing import TYPE_CHECKING, Any, BinaryIO

from seqkit.data.files import format_of, make_writer, names_known_suffix, read_file
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import RawText, RecordErrors, Sentence, SourceLocation
from seqkit.extend.manager import registry
from seqkit.extend.specs import FormatSpec
from seqkit.formats.fields import SUFFIXES, choice_of, read_texts
from seqkit.formats.plain import read_tokens
from seqkit.io.text_files import FilePath, suffix_of
from seqkit.models.folder import fingerprint
from seqkit.tasks.application import ApplyRequest, Chunk, Limits, Reading
from seqkit.tasks.segmenting import own_segmenter, segmenter_of
from seqkit.tasks.tagging.splitting import Item, sentences_of
from seqkit.terminal.inputs import listed
from seqkit.text.paragraphs import paragraphs

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from seqkit.inference.tagger import TaggerRunner

LIMITS = Limits(records=20_000, size=300_000)
PARTS = Limits(records=1_000_000, size=1 << 20)
CARRIES = ("jsonl", "parquet")
"""Formats that have a place for fields of the input's records."""


def spec_of(path: FilePath, reading: Reading) -> FormatSpec:
    """The format of an input; text where the suffix is not known."""
    if reading.format:
        spec: FormatSpec = registry().find("formats", reading.format)
        return spec
    return format_of(fspath(path)) if names_known_suffix(str(path)) else registry().find("formats", "txt")


def cuts_of(path: str, request: ApplyRequest, pretokenized: bool) -> str:
    """Where a file may be cut, see `FormatSpec.cuts`."""
    reading = request.reading
    if pretokenized:
        return "lines"
    if reading.text_field:
        return SUFFIXES.get(f".{reading.format}" if reading.format else suffix_of(path), "whole")
    return spec_of(path, reading).cuts


def read_items(
    path: FilePath, request: ApplyRequest, problems: RecordErrors, pretokenized: bool
) -> Iterator[Item]:
    """Sentences as they are; running text by paragraphs; of records the text, each a document."""
    reading = request.reading
    if pretokenized:
        yield from read_tokens(path, problems)
    elif reading.text_field:
        choice = choice_of(reading.text_field, reading.id_field, reading.keep, reading.drop)
        yield from read_texts(path, choice, problems, reading.format)
    else:
        yield from _by_paragraph(read_file(fspath(path), problems, spec_of(path, reading).name))


def _by_paragraph(examples: Iterable[Item]) -> Iterator[Item]:
    """Sentences as they are; stretches of text cut between paragraphs, so that any chunk of them can be split alone."""
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


def kinds_of(label: str, known: Iterable[str]) -> tuple[str, ...]:
    """The kinds of label that an option names; all where it names none. SeqkitError for one that is not known."""
    kinds = tuple(listed(label))
    known = tuple(known)
    for kind in kinds:
        if kind not in known:
            problem = f"--label {kind}: the model does not give it"
            raise SeqkitError(problem, did_you_mean(kind, known), exit_code=2)
    return kinds or known


def tag_chunk(tagger: TaggerRunner, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
    """The labelled sentences of each item."""
    from seqkit.tasks.tagging.apply import tag_sentences

    options = request.options
    segmenter = segmenter_of(tagger.source, tagger.facts.language, options.segmenter, options.lang)
    sentences = sentences_of(chunk.items, segmenter)
    flat = (sentence for own in sentences for sentence in own)
    kinds = kinds_of(options.label, tagger.facts.labels)
    top = options.top or int(options.probabilities)
    tagged = tag_sentences(tagger, flat, kinds, top, asked=bool(options.label))
    return [[next(tagged) for _ in own] for own in sentences]


def fingerprint_of(request: ApplyRequest) -> str:
    """Of the tagger, and of what splits raw text for it."""
    own = fingerprint(request.model)
    choice = request.options.segmenter
    if choice and choice != "spacy":
        return f"{own} {fingerprint(choice)}"
    inner = own_segmenter(request.model) if not choice else None
    return f"{own} {fingerprint(str(inner))}" if inner is not None else own


def formats_for(path: str, request: ApplyRequest, writes: str = "conllu") -> tuple[str, ...]:
    """Formats of sentences that can be written part by part, the usual one for such an input first."""
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


class SentenceWriter:
    """Writes the sentences of each item in a format."""

    def __init__(self, format: str, file: BinaryIO, request: ApplyRequest, probabilities: bool) -> None:
        spec = registry().find("formats", format)
        if probabilities and "probabilities" not in spec.shows:
            problem = f"the format {format} has no place for probabilities"
            raise SeqkitError(problem, "Choose one that has: --format jsonl.", exit_code=2)
        if request.reading.keep and format not in CARRIES:
            problem = f"--keep: the format {format} has no place for fields"
            raise SeqkitError(problem, f"Choose one of {', '.join(CARRIES)}.", exit_code=2)
        self._writer = make_writer(spec, file)

    def write(self, number: int, item: Item, output: Sequence[Sentence]) -> int:
        """Write sentences; returns how many."""
        for sentence in output:
            self._writer.write(sentence)
        return len(output)

    def close(self) -> None:
        """Write what belongs at the end."""
        self._writer.close()


def sentences_in(doc: Doc) -> list[Sentence]:
    """The words of a Doc by its sentences, or as one; tokens of white space are left out."""
    spans = list(doc.sents) if doc.has_annotation("SENT_START") else [doc[:]]
    words = [[token for token in span if not token.is_space] for span in spans]
    return [
        Sentence([token.text for token in span], {}, [token.whitespace_ for token in span])
        for span in words
        if span
    ]


def annotate_doc(doc: Doc, outputs: Sequence[Sequence[Any]]) -> None:
    """Set `pos_`, `tag_`, `morph`, `lemma_` and `ents` of a Doc, of the kinds of label that spaCy has a place for."""
    from seqkit.formats.spacy.doc_columns import set_labels

    tokens = [token for token in doc if not token.is_space]
    labels: dict[str, list[str]] = {}
    for sentence in (one for output in outputs for one in output):
        for kind, values in sentence.labels.items():
            labels.setdefault(kind, []).extend(values)
    set_labels(doc, tokens, labels)
