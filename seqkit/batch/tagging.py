"""Tags for a stream of sentences, or for a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from seqkit.formats.examples import RawText, Sentence, Where
from seqkit.text.words import sentences_from

CHUNK_WORDS = 50_000
"""Words tagged together. Fixed, so that the same input always falls into the same batches."""


def tag_sentences(
    tagger: Any, sentences: Iterable[Sentence], kinds: tuple[str, ...], top: int = 0
) -> Iterator[Sentence]:
    """The sentences with their labels of these kinds replaced by the tagger's, and its `top` best ones beside them."""
    for chunk in _chunks(sentences):
        if top:
            for sentence, best in zip(chunk, tagger.predict_top(chunk, top), strict=True):
                labels = {kind: [word[0][0] for word in best[kind]] for kind in kinds}
                yield _with_labels(sentence, labels, {kind: best[kind] for kind in kinds})
        else:
            for sentence, tags in zip(chunk, tagger.predict(chunk), strict=True):
                yield _with_labels(sentence, {kind: tags[kind] for kind in kinds}, {})


def _with_labels(sentence: Sentence, labels: dict[str, list[str]], ranked: dict[str, Any]) -> Sentence:
    """A copy with these labels; what a pipeline gave stays marked as silver while any of it stays."""
    silver = sentence.silver if set(sentence.labels) - set(labels) else None
    return replace(sentence, labels=sentence.labels | labels, ranked=ranked, silver=silver)


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
