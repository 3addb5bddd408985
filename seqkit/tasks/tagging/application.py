"""Taggers applied to chunks of sentences and of running text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import Sentence
from seqkit.models.folder import fingerprint
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.segmenting import own_segmenter, segmenter_of
from seqkit.tasks.splitting import sentences_of
from seqkit.terminal.argument_paths import listed
from seqkit.text.boundaries import paragraph_starts, sentence_starts
from seqkit.text.words import ANY_LANGUAGE, MAX_WORDS, splitter

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

    from seqkit.tasks.tagging.apply import AnyTagger
    from seqkit.text.segmenters import Segmenter


PLACE = "seqkit"
"""The key of `doc.user_data` that has probabilities."""


def kinds_of(label: str, known: Iterable[str]) -> tuple[str, ...]:
    """The kinds of label that an option names; all where it names none. Raises SeqkitError for an unknown one."""
    kinds = tuple(listed(label))
    known = tuple(known)
    for kind in kinds:
        if kind not in known:
            problem = f"--label {kind}: the model does not give it"
            raise SeqkitError(problem, did_you_mean(kind, known), exit_code=2)
    return kinds or known


def tag_chunk(tagger: AnyTagger, chunk: Chunk, request: ApplyRequest) -> list[list[Sentence]]:
    """The labelled sentences of each item."""
    from seqkit.tasks.tagging.apply import tag_sentences

    options = request.options
    sentences = sentences_of(chunk.items, segmenter_for(tagger, request))
    flat = (sentence for own in sentences for sentence in own)
    kinds = kinds_of(options.label, tagger.facts.labels)
    top = options.top or int(options.probabilities)
    tagged = tag_sentences(tagger, flat, kinds, top, asked=bool(options.label))
    return [[next(tagged) for _ in own] for own in sentences]


def segmenter_for(tagger: AnyTagger, request: ApplyRequest) -> Segmenter:
    """The segmenter of raw text for a tagger."""
    options = request.options
    return segmenter_of(tagger.source, tagger.facts.language, options.segmenter, options.lang)


def fingerprint_of(request: ApplyRequest) -> str:
    """Of the tagger, and of what splits raw text for it."""
    own = fingerprint(request.model)
    choice = request.options.segmenter
    if choice and choice != "spacy":
        return f"{own} {fingerprint(choice)}"
    inner = own_segmenter(request.model) if not choice else None
    return f"{own} {fingerprint(str(inner))}" if inner is not None else own


def sentences_in(doc: Doc) -> list[Sentence]:
    """The words of a Doc by its sentences, or by rules where it has none; tokens of white space are left out."""
    starts = None if doc.has_annotation("SENT_START") else starts_in(doc.text, doc.vocab.lang)
    spans = doc.sents if starts is None else _spans(doc, starts)
    words = [[token for token in span if not token.is_space] for span in spans]
    return [
        Sentence([token.text for token in span], {}, [token.whitespace_ for token in span])
        for span in words
        if span
    ]


def starts_in(text: str, language: str) -> list[int]:
    """Offsets at which a sentence starts, by rules."""
    abbreviations, starts = splitter(language or ANY_LANGUAGE).abbreviations, [0]
    for start, end in pairwise([0, *paragraph_starts(text), len(text)]):
        first = end - len(text[start:end].lstrip())
        starts += [first, *(first + place for place in sentence_starts(text[first:end], abbreviations))]
    return starts


def _spans(doc: Doc, starts: Sequence[int]) -> Iterator[list[Token]]:
    """The tokens of each sentence, at most MAX_WORDS. Args: starts, offsets in the text."""
    span: list[Token] = []
    later = iter([*starts[1:], len(doc.text) + 1])
    bound = next(later)
    for token in doc:
        if span and (token.idx >= bound or len(span) == MAX_WORDS):
            yield span
            span = []
        while token.idx >= bound:
            bound = next(later)
        span.append(token)
    if span:
        yield span


def annotate_doc(doc: Doc, outputs: Sequence[Sequence[Any]]) -> None:
    """Set `pos_`, `tag_`, `morph`, `lemma_` and `ents` of a Doc, of the kinds of label that spaCy has a place for.

    Labels with probabilities go to `doc.user_data["seqkit"]`: kind -> for each token label -> probability.
    """
    from seqkit.formats.spacy.doc_columns import set_labels

    tokens = [token for token in doc if not token.is_space]
    labels: dict[str, list[str]] = {}
    ranked: dict[str, list[Any]] = {}
    for sentence in (one for output in outputs for one in output):
        for kind, values in sentence.labels.items():
            labels.setdefault(kind, []).extend(values)
        for kind, found in sentence.ranked.items():
            ranked.setdefault(kind, []).extend(found)
    set_labels(doc, tokens, labels)
    if ranked:
        doc.user_data[PLACE] = {kind: _of_all(doc, tokens, found) for kind, found in ranked.items()}


def _of_all(doc: Doc, tokens: Sequence[Token], ranked: Sequence[Any]) -> list[dict[str, float]]:
    """For each token of a Doc label -> probability; empty for white space."""
    by_place = dict(zip((token.i for token in tokens), ranked, strict=True))
    return [{label: float(p) for label, p in by_place.get(place, ())} for place in range(len(doc))]
