"""Tags for sentences, or for a text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from seqkit.examples import RawText, Sentence, SourceLocation
from seqkit.io.pipes import pauses
from seqkit.labels.kinds import learnt_kinds
from seqkit.labels.schemes import repaired_labels, schemes_of
from seqkit.tasks.segmenting import segmenter_of

if TYPE_CHECKING:
    from seqkit.inference.numpy.starting import StartingTagger
    from seqkit.inference.tagger import TaggerRunner

    AnyTagger = TaggerRunner | StartingTagger

CHUNK_WORDS = 100_000
"""Words tagged together. Fixed, so that the same input always falls into the same batches. A chunk of a command's input
(`sentence_files.LIMITS`) has fewer: divided again, it would end in a small, slow batch."""

Value = TypeVar("Value")
_parts = attrgetter(*(part.name for part in fields(Sentence)))


@dataclass(frozen=True)
class TagWords:
    """Tags a chunk of sentences, of which it needs only the words."""

    kinds: tuple[str, ...]
    top: int = 0
    """Number of the most probable labels with probabilities; 0: only the labels."""

    def __call__(self, tagger: AnyTagger, words: Sequence[list[str]]) -> list[dict[str, Any]]:
        """Kind of label -> the labels of each sentence."""
        sentences = [Sentence(of_sentence) for of_sentence in words]
        if self.top:
            return tagger.predict_top(sentences, self.top)
        return tagger.predict(sentences, self.kinds)


def tag_sentences(
    tagger: AnyTagger,
    sentences: Iterable[Sentence],
    kinds: tuple[str, ...],
    top: int = 0,
    asked: bool = True,
) -> Iterator[Sentence]:
    """The sentences with their labels of these kinds replaced by the tagger's, and its `top` best ones beside them.

    Tags of spans that are out of order, such as `I-PER` after `O`, are repaired. Args: asked, whether a user chose the
    kinds: if not, words that come with labels keep what they have, or lack, of kinds such as lemmas
    (`LabelSpec.learnt`).
    """
    kept = frozenset() if asked else frozenset(learnt_kinds())
    schemes = schemes_of({kind: tagger.facts.labels[kind] for kind in kinds})
    tag_words = TagWords(kinds, top)
    # Probabilities are shown by their digits: a text has them from numpy or from torch, not from both.
    for chunk in _chunks(sentences, CHUNK_WORDS if top else first_words(tagger)):
        answers = tag_words(tagger, [sentence.words for sentence in chunk])
        for sentence, answer in zip(chunk, answers, strict=True):
            if top:
                labels = {kind: [word[0][0] for word in answer[kind]] for kind in kinds}
                ranked = {kind: answer[kind] for kind in kinds}
            else:
                labels, ranked = answer, {}
            if schemes:
                labels = repaired_labels(labels, schemes)
            if kept and sentence.labels:
                labels, ranked = _without(labels, kept), _without(ranked, kept)
            yield _with_labels(sentence, labels, ranked)


def _without(found: Mapping[str, Value], kinds: Collection[str]) -> dict[str, Value]:
    return {kind: value for kind, value in found.items() if kind not in kinds}


def _with_labels(sentence: Sentence, labels: dict[str, list[str]], ranked: dict[str, Any]) -> Sentence:
    """A copy with these labels; what a pipeline gave stays marked as silver while any of it stays."""
    # `dataclasses.replace` takes three times as long, which shows where sentences are short.
    tagged = Sentence(*_parts(sentence))
    tagged.labels = sentence.labels | labels if sentence.labels else labels
    tagged.silver = sentence.silver if sentence.labels.keys() - labels.keys() else None
    tagged.ranked = ranked
    return tagged


def tag_text(tagger: AnyTagger, text: str, language: str = "", segmenter: str = "") -> Iterator[Sentence]:
    """The sentences of running text with their labels.

    Args: language, of the text, where it is not the model's; segmenter, what splits it: a segmenter's name or folder,
    `spacy` for its rules, "" for the model's own.
    """
    split = segmenter_of(tagger.source, tagger.facts.language, segmenter, language)
    sentences = split.sentences([RawText(text, SourceLocation("text", 1))])
    return tag_sentences(tagger, sentences, tuple(tagger.facts.labels))


def first_words(tagger: AnyTagger) -> int:
    """Words that the first chunk may have: few where numpy is to tag them."""
    from seqkit.inference.numpy.starting import SHORT_WORDS, StartingTagger

    return SHORT_WORDS if isinstance(tagger, StartingTagger) and tagger.in_numpy else CHUNK_WORDS


def _chunks(sentences: Iterable[Sentence], first: int) -> Iterator[list[Sentence]]:
    """Chunks of CHUNK_WORDS, the first one of at most `first` words; fewer where the input pauses."""
    chunk: list[Sentence] = []
    words, most = 0, first
    for sentence in sentences:
        words += len(sentence.words) + 1
        if chunk and most < CHUNK_WORDS and words > most:
            yield chunk
            chunk, words, most = [], len(sentence.words) + 1, CHUNK_WORDS
        chunk.append(sentence)
        if words >= CHUNK_WORDS or pauses(sentences):
            yield chunk
            chunk, words, most = [], 0, CHUNK_WORDS
    if chunk:
        yield chunk
