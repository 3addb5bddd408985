"""The evaluation script of Universal Dependencies, as the package udtools ships it, on our records."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from typing import NamedTuple

from udtools import udeval

from seqkit.examples import Multiword, Sentence

KINDS = ("upos", "xpos", "feats")


def conllu(sentences: Sequence[Sentence]) -> str:
    """CoNLL-U with a flat tree, written without seqkit's writer."""
    lines = []
    for sentence in sentences:
        ranges = {token.first: token for token in sentence.multiwords}
        for index, word in enumerate(sentence.words):
            if index in ranges:
                token = ranges[index]
                lines.append(f"{index + 1}-{token.last + 1}\t{token.form}" + "\t_" * 8)
            labels = "\t".join(sentence.labels[kind][index] for kind in KINDS)
            head = "1\tdep" if index else "0\troot"
            lines.append(f"{index + 1}\t{word}\t_\t{labels}\t{head}\t_\t_")
        lines.append("")
    return "\n".join(lines) + "\n"


class Counts(NamedTuple):
    """One metric of the script."""

    right: int
    gold: int
    system: int
    aligned: int | None


def ud_scores(gold: Sequence[Sentence], system: Sequence[Sentence]) -> dict[str, Counts]:
    """Metric -> its counts by the script."""
    loaded = [udeval.load_conllu(io.StringIO(conllu(side)), "", {}) for side in (gold, system)]
    scores = udeval.evaluate(*loaded)
    names = ("Tokens", "Sentences", "Words", "UPOS", "XPOS", "UFeats", "AllTags")
    return {
        name: Counts(score.correct, score.gold_total, score.system_total, score.aligned_total)
        for name, score in scores.items()
        if name in names
    }


def perturbed_labels(
    sentences: Sequence[Sentence], seed: int, share: float = 0.1
) -> list[dict[str, list[str]]]:
    """The gold labels, some of them replaced by other words'."""
    rng = random.Random(seed)
    pool = {kind: [label for s in sentences for label in s.labels[kind]] for kind in KINDS}
    return [
        {
            kind: [rng.choice(pool[kind]) if rng.random() < share else x for x in s.labels[kind]]
            for kind in KINDS
        }
        for s in sentences
    ]


def perturbed_words(sentences: Sequence[Sentence], seed: int) -> list[Sentence]:
    """The same characters, sentences and words joined and cut, multiword tokens made and unmade."""
    rng = random.Random(seed)
    found: list[Sentence] = []
    for sentence in sentences:
        if not found or rng.random() < 0.9:
            found.append(Sentence([], {kind: [] for kind in KINDS}))
        for token, words, labels in _tokens(sentence):
            _add(found[-1], token, words, labels, rng)
    return [sentence for sentence in found if sentence.words]


def _tokens(sentence: Sentence):
    ranges = {token.first: token for token in sentence.multiwords}
    index = 0
    while index < len(sentence.words):
        token = ranges.get(index, Multiword(index, index, sentence.words[index]))
        words = sentence.words[index : token.last + 1]
        yield (
            token.form,
            words,
            [tuple(sentence.labels[kind][i] for kind in KINDS) for i in range(index, token.last + 1)],
        )
        index = token.last + 1


def _add(to: Sentence, token: str, words: list[str], labels: list[tuple], rng: random.Random) -> None:
    chance = rng.random()
    if chance < 0.05 and len(token) > 1:
        cut = rng.randrange(1, len(token))
        words, labels = [token[:cut], token[cut:]], [labels[0], labels[-1]]
        if rng.random() < 0.5:
            _add(to, words[0], words[:1], labels[:1], random.Random(1))
            words, labels, token = words[1:], labels[1:], words[1]
    elif chance < 0.08:
        words, labels = [token], labels[:1]
    elif chance < 0.12:
        words, labels = [token, "x"], [labels[0]] * 2
    elif chance < 0.16 and to.words and not (to.multiwords and to.multiwords[-1].last == len(to.words) - 1):
        token = to.words.pop() + token
        last = tuple(to.labels[kind].pop() for kind in KINDS)
        if rng.random() < 0.5:
            words, labels = [token], [last]
        else:
            words, labels = [token[:1], *words], [last, *labels]
    if len(words) > 1:
        to.multiwords.append(Multiword(len(to.words), len(to.words) + len(words) - 1, token))
    to.words += words
    for kind, values in zip(KINDS, zip(*labels, strict=True), strict=True):
        to.labels[kind] += values
