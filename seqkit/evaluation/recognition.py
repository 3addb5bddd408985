"""How good text read from sound, pictures or films is: exact matches, word and character errors, BLEU of sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from seqkit.evaluation.error_rates import (
    ErrorRate,
    characters,
    error_rate,
    exact_matches,
    rate,
    words,
)
from seqkit.evaluation.resampling import by_chance, drawn_rates, interval, resample
from seqkit.evaluation.sacre import Tokenizer, metrics
from seqkit.evaluation.tagging import Accuracy
from seqkit.evaluation.translation import Compared, Score
from seqkit.text.languages import writes_blanks

SENTENCES = 5.0
"""Targets of so many words on average, or twice as many characters where words have no blanks between them, are
sentences, of which BLEU says something."""
LENGTHS = 12
"""Targets with more different lengths than this are not counted length by length."""


@dataclass(frozen=True)
class RecognitionScores:
    """Scores of one system."""

    pairs: int
    exact: Accuracy
    """Outputs that equal their reference, but for white space and for how characters are composed."""
    word_error: ErrorRate
    character_error: ErrorRate
    metrics: dict[str, Score]
    """BLEU and chrF2, where targets are sentences."""
    by_words: dict[int, Accuracy]
    """Words of the reference -> exact matches among those; empty where there are many lengths or one."""


def score_recognition(
    outputs: Sequence[str], references: Sequence[str], side: str, tokenizer: Tokenizer
) -> RecognitionScores:
    """Hold outputs against their references, of which there must be one at least. `side` is the targets' language."""
    lengths = [len(words(reference)) for reference in references]
    chosen = metrics(tokenizer, side) if _are_sentences(references, side) else {}
    found = {
        name: resample(metric, {"this": outputs}, references)
        for name, metric in chosen.items()
        if name != "TER"
    }
    return RecognitionScores(
        pairs=len(outputs),
        exact=Accuracy(exact_matches(outputs, references), len(outputs)),
        word_error=error_rate(outputs, references, words),
        character_error=error_rate(outputs, references, characters),
        metrics={
            name: Score(one.scores["this"], *one.interval("this"), one.signature)
            for name, one in found.items()
        },
        by_words=_by_words(outputs, references, lengths),
    )


def _are_sentences(references: Sequence[str], side: str) -> bool:
    """Whether the references are long enough; in a language without blanks by their characters."""
    units, least = (words, SENTENCES) if writes_blanks(side) else (characters, 2 * SENTENCES)
    return sum(len(units(reference)) for reference in references) >= least * len(references)


def _by_words(
    outputs: Sequence[str], references: Sequence[str], lengths: Sequence[int]
) -> dict[int, Accuracy]:
    members: dict[int, list[int]] = defaultdict(list)
    for index, length in enumerate(lengths):
        members[length].append(index)
    if not 1 < len(members) <= LENGTHS:
        return {}
    return {
        length: Accuracy(exact_matches([outputs[i] for i in own], [references[i] for i in own]), len(own))
        for length, own in sorted(members.items())
    }


def compare_recognition(
    this: Sequence[str], other: Sequence[str], references: Sequence[str]
) -> list[Compared]:
    """Exact matches, word and character errors (per cent) of two systems, and whether they differ by more than chance.

    Paired bootstrap over outputs; p as `resampling.by_chance` tells it.
    """
    systems = (this, other)
    ones = [1] * len(references)
    exact = [[exact_matches([o], [r]) for o, r in zip(s, references, strict=True)] for s in systems]
    rows = [_compared("exact match", exact, ones)]
    for name, units in (("word error rate", words), ("character error rate", characters)):
        counted = [[rate([o], [r], units) for o, r in zip(s, references, strict=True)] for s in systems]
        lengths = [length for _, length in counted[0]]
        rows.append(_compared(name, [[edits for edits, _ in own] for own in counted], lengths))
    return rows


def _compared(name: str, parts: Sequence[Sequence[int]], wholes: Sequence[int]) -> Compared:
    parts_2N, wholes_N = np.array(parts), np.array(wholes)
    mine, theirs = (float(rate) for rate in 100 * parts_2N.sum(axis=1) / max(wholes_N.sum(), 1))
    drawn_mine, drawn_theirs = 100 * drawn_rates(parts_2N, wholes_N)
    drawn_S = drawn_mine - drawn_theirs
    return Compared(name, mine, theirs, *interval(drawn_S), by_chance(drawn_S, mine - theirs))
