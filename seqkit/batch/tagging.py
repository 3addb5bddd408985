"""Tags for a stream of sentences, or for a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any

from seqkit.batch.pool import Question, answered
from seqkit.formats.examples import RawText, Sentence, Where
from seqkit.labels.schemes import repaired_labels, schemes_of
from seqkit.text.words import sentences_from

CHUNK_WORDS = 50_000
"""Words tagged together. Fixed, so that the same input always falls into the same batches."""

_parts = attrgetter(*(part.name for part in fields(Sentence)))


def tag_sentences(
    tagger: Any,
    sentences: Iterable[Sentence],
    kinds: tuple[str, ...],
    top: int = 0,
    processes: int = 1,
    model: str = "",
) -> Iterator[Sentence]:
    """The sentences with their labels of these kinds replaced by the tagger's, and its `top` best ones beside them.

    Tags of spans that are out of order, such as `I-PER` after `O`, are repaired. Args: processes, this one included;
    with more than one, `model` is the tagger's name or folder.
    """
    schemes = schemes_of({kind: tagger.facts.labels[kind] for kind in kinds})
    question = Question(kinds, top, getattr(tagger, "compute", "float32"))
    for chunk, answers in answered(tagger, model, question, _chunks(sentences), processes):
        for sentence, answer in zip(chunk, answers, strict=True):
            if top:
                labels = {kind: [word[0][0] for word in answer[kind]] for kind in kinds}
                ranked = {kind: answer[kind] for kind in kinds}
            else:
                labels, ranked = answer, {}
            if schemes:
                labels = repaired_labels(labels, schemes)
            yield _with_labels(sentence, labels, ranked)


def _with_labels(sentence: Sentence, labels: dict[str, list[str]], ranked: dict[str, Any]) -> Sentence:
    """A copy with these labels; what a pipeline gave stays marked as silver while any of it stays."""
    # `dataclasses.replace` takes three times as long, which shows where sentences are short.
    tagged = Sentence(*_parts(sentence))
    tagged.labels = sentence.labels | labels if sentence.labels else labels
    tagged.silver = sentence.silver if sentence.labels.keys() - labels.keys() else None
    tagged.ranked = ranked
    return tagged


def tag_text(tagger: Any, text: str, language: str = "") -> Iterator[Sentence]:
    """The sentences of running text with their labels. The language is the model's unless another is given."""
    stretch = RawText(text, Where("text", 1))
    sentences = sentences_from([stretch], language or tagger.facts.language)
    return tag_sentences(tagger, sentences, tuple(tagger.facts.labels))


def _chunks(sentences: Iterable[Sentence]) -> Iterator[list[Sentence]]:
    chunk: list[Sentence] = []
    words = 0
    for sentence in sentences:
        chunk.append(sentence)
        words += len(sentence.words) + 1
        if words >= CHUNK_WORDS:
            yield chunk
            chunk, words = [], 0
    if chunk:
        yield chunk
