"""Additional training sentences with the errors of a segmenter."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqkit.examples import Sentence
from seqkit.models.contracts import MAX_STEPS


def rough_sentences(sentences: Sequence[Sentence], share: float, seed: int) -> list[Sentence]:
    """As many sentences as this share of those given: some cut, some without final stop, some joined with the next one.

    Of two that are joined the first loses its final stop. Labels go with their words.
    """
    random = np.random.default_rng((seed, len(sentences)))
    chosen = np.flatnonzero(random.random(len(sentences)) < share).tolist()
    made = []
    for index in chosen:
        one = sentences[index]
        way = int(random.integers(3))
        if way == 0 and index + 1 < len(sentences):
            made.append(_joined(_bare(one), sentences[index + 1]))
        elif way == 1 and len(one.words) > 3:
            at = int(random.integers(1, len(one.words)))
            made += [_part(one, 0, at), _part(one, at, len(one.words))]
        else:
            made.append(_bare(one))
    return [sentence for sentence in made if len(sentence.words) <= MAX_STEPS]


def _bare(sentence: Sentence) -> Sentence:
    """A sentence without the words at its end that have neither letter nor digit; as it is where all are such."""
    end = len(sentence.words)
    while end and not any(letter.isalnum() for letter in sentence.words[end - 1]):
        end -= 1
    return _part(sentence, 0, end or len(sentence.words))


def _part(sentence: Sentence, start: int, end: int) -> Sentence:
    labels = {kind: values[start:end] for kind, values in sentence.labels.items()}
    return Sentence(sentence.words[start:end], labels, where=sentence.where, silver=sentence.silver)


def _joined(one: Sentence, other: Sentence) -> Sentence:
    """Two sentences as one, with the kinds of label that both have."""
    kinds = [kind for kind in one.labels if kind in other.labels]
    labels = {kind: one.labels[kind] + other.labels[kind] for kind in kinds}
    return Sentence(one.words + other.words, labels, where=one.where, silver=one.silver or other.silver)
