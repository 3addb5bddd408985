"""Labels from spaCy pipelines. They are *silver*, not checked by a person; each sentence names their pipeline."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from seqkit._version import __version__
from seqkit.errors import SeqkitError
from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.formats.spacy.doc_columns import columns_of
from seqkit.text.paragraphs import Paragraph, paragraphs
from seqkit.text.pipelines import assigns, hash_of, label_kinds, load_pipeline
from seqkit.text.silver_cache import Record, remembered
from seqkit.text.token_cache import split_words
from seqkit.text.words import abbreviations, split_paragraph

PREFIX = "spacy:"
BLOCK = 500_000
"""Characters that are labelled, and cached, together."""


def parse_gold(gold: str) -> str:
    """`spacy:NAME_OR_PATH` -> NAME_OR_PATH. Raises SeqkitError for anything else."""
    name = gold.removeprefix(PREFIX)
    if name == gold or not name:
        fix = "Name a spaCy pipeline, for example --gold spacy:en_core_web_sm."
        raise SeqkitError(f"--gold {gold}: not of the form spacy:PIPELINE", fix, exit_code=2)
    return name


def labeller_of(gold: str) -> Labeller | None:
    """Load the labeller named by `--gold`; None for an empty string."""
    return Labeller(parse_gold(gold)) if gold else None


class Labeller:
    """A spaCy pipeline that labels text or words, with a cache."""

    def __init__(self, pipeline: str, keeps: bool = True) -> None:
        """Args: keeps, whether to cache labels; those of a whole corpus would fill the cache."""
        import spacy

        self._keeps = keeps

        self.nlp = load_pipeline(pipeline)
        self.kinds = label_kinds(self.nlp)
        if not self.kinds:
            fix = "Use one with a tagger or a morphologizer, for example spacy:en_core_web_sm."
            raise SeqkitError(f"the spaCy pipeline {pipeline} assigns no part of speech to words", fix)
        meta = self.nlp.meta
        self.name = f"{meta['lang']}_{meta['name']} {meta['version']}"
        """Value of `silver` of the sentences: name and version of the pipeline."""
        self.made, self.remembered = 0, 0
        """Numbers of sentences that were labelled, and that were found in the cache."""
        self._finds_sentences = assigns(self.nlp, "token.is_sent_start")
        makers = f"seqkit {__version__}, spaCy {spacy.__version__}, {self.name}"
        # Entries of an earlier version of seqkit have features in spaCy's order.
        self._identity = f"{makers} {hash_of(Path(self.nlp.path))} FEATS as UD orders them"

    def text(self, stretches: Iterable[RawText]) -> Iterator[Sentence]:
        """Label running text, with the pipeline's sentence boundaries if it sets them, else with seqkit's."""
        for block in _text_blocks(paragraphs(stretches)):
            first = block[0]
            key = json.dumps([self._identity, "text", [paragraph.text for paragraph in block]])
            offset, line, document = first.offset, first.line, first.document
            for record in self._remembered(key, partial(self._label_paragraphs, block)):
                sentence = Sentence(**record, offset=offset, document=document, silver=self.name)
                sentence.where = SourceLocation(first.path, line + sentence.before.count("\n"))
                yield sentence
                written = sentence.text
                offset, line, document = offset + len(written), line + written.count("\n"), None

    def words(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        """Label sentences; words stay the same, and the pipeline's labels replace all others."""
        for block in _word_blocks(sentences):
            key = json.dumps([self._identity, "words", [[s.words, s.spaces] for s in block]])
            records = self._remembered(key, partial(self._label_sentences, block))
            for sentence, record in zip(block, records, strict=True):
                yield replace(sentence, labels=record["labels"], silver=self.name)

    def _remembered(self, key: str, make: partial[list[Record]]) -> list[Record]:
        if not self._keeps:
            return make()
        records, known = remembered(key, make)
        if known:
            self.remembered += len(records)
        else:
            self.made += len(records)
        return records

    def _label_paragraphs(self, block: Sequence[Paragraph]) -> list[Record]:
        # The memory zone frees the strings that spaCy stores; nothing of a Doc may leave it.
        with self.nlp.memory_zone():
            return list(self._label(self._units(block)))

    def _label_sentences(self, block: Sequence[Sentence]) -> list[Record]:
        with self.nlp.memory_zone():
            return [{"labels": record["labels"]} for record in self._label(block, whole=True)]

    def _units(self, block: Sequence[Paragraph]) -> list[Sentence]:
        """Units for the pipeline: sentences, or paragraphs if it finds sentences itself."""
        split = partial(split_words, self.nlp.tokenizer)
        if not self._finds_sentences:
            short = abbreviations(self.nlp.tokenizer)
            return [sentence for paragraph in block for sentence in split_paragraph(paragraph, split, short)]
        parts = [split(paragraph.text) for paragraph in block]
        return [Sentence(words, spaces=spaces, before=before) for before, words, spaces in parts]

    def _label(self, units: Sequence[Sentence], whole: bool = False) -> Iterator[Record]:
        """Yield a record for each sentence that the pipeline finds in a unit, or for the unit itself."""
        from spacy.tokens import Doc

        docs = (Doc(self.nlp.vocab, unit.words, _flags(unit)) for unit in units)
        for unit, doc in zip(units, self.nlp.pipe(docs), strict=True):
            labels = self._labels(doc)
            spans = doc.sents if self._finds_sentences and not whole else [doc[:]]
            for start, end in [(span.start, span.end) for span in spans]:
                yield {
                    "words": unit.words[start:end],
                    "labels": {kind: values[start:end] for kind, values in labels.items()},
                    "spaces": unit.spaces[start:end] if unit.spaces else None,
                    "before": "" if start else unit.before,
                }

    def _labels(self, doc: Any) -> dict[str, list[str]]:
        return columns_of(doc, self.kinds)


def _flags(sentence: Sentence) -> list[bool]:
    """Whether a space follows each word; a Doc stores no other white space."""
    return [bool(space) for space in sentence.spaces] if sentence.spaces else [True] * len(sentence.words)


def _text_blocks(stream: Iterable[Paragraph]) -> Iterator[list[Paragraph]]:
    """Group paragraphs of a document into blocks of about `BLOCK` characters."""
    block: list[Paragraph] = []
    end = 0
    for paragraph in stream:
        goes_on = paragraph.document is None and paragraph.offset == end
        if block and (not goes_on or end - block[0].offset >= BLOCK):
            yield block
            block = []
        block.append(paragraph)
        end = paragraph.offset + len(paragraph.text)
    if block:
        yield block


def _word_blocks(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    """Group sentences into blocks of about `BLOCK` characters."""
    block: list[Sentence] = []
    characters = 0
    for sentence in sentences:
        block.append(sentence)
        characters += len(sentence.words) + sum(map(len, sentence.words))
        if characters >= BLOCK:
            yield block
            block, characters = [], 0
    if block:
        yield block
