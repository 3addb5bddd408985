"""Taggers applied to chunks of sentences and of running text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import Sentence
from seqkit.models.folder import fingerprint
from seqkit.tasks.application import ApplyRequest, Chunk
from seqkit.tasks.segmenting import own_segmenter, segmenter_of
from seqkit.tasks.splitting import sentences_of
from seqkit.terminal.inputs import listed

if TYPE_CHECKING:
    from spacy.tokens import Doc

    from seqkit.tasks.tagging.apply import AnyTagger


def kinds_of(label: str, known: Iterable[str]) -> tuple[str, ...]:
    """The kinds of label that an option names; all where it names none. SeqkitError for one that is not known."""
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
