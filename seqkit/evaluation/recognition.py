"""Scores of text read from sound, pictures or films: exact matches, word and character errors, BLEU of sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seqkit.evaluation.corpus_metric import (
    Score,
    compared,
    drawn_scores,
    higher_is_better,
    metric_of,
    resampled,
    title_of,
)
from seqkit.evaluation.error_rates import characters, exact_matches, words
from seqkit.evaluation.resampling import interval
from seqkit.evaluation.sacre import Tokenizer
from seqkit.evaluation.tagging import Accuracy
from seqkit.evaluation.translation import METRICS, Compared, metric_for
from seqkit.text.languages import writes_blanks

SENTENCES = 5.0
"""Mean words of a target above which BLEU is reported; twice as many characters for languages without spaces."""
LENGTHS = 12
"""Maximum number of different target lengths for a table by length."""


class ErrorRate(NamedTuple):
    """Edits per unit of the reference, with its 95 % interval by bootstrap over outputs; 0.01 is 1 %."""

    edits: int
    length: int
    """Units of all references together."""
    low: float
    high: float

    @property
    def value(self) -> float:
        """Edits per unit of the references; the number of edits if the references are empty."""
        return self.edits / max(self.length, 1)


def error_rate(name: str, outputs: Sequence[str], references: Sequence[str]) -> ErrorRate:
    """A registered rate of edits in %, such as wer, with its interval."""
    metric = metric_of(name)
    sums_N2 = metric.statistics(outputs, references)
    edits, length = sums_N2.sum(axis=0)
    low, high = interval(drawn_scores(metric, sums_N2) / 100)
    return ErrorRate(int(edits), int(length), low, high)


@dataclass(frozen=True)
class RecognitionScores:
    """Scores of a system."""

    pairs: int
    exact: Accuracy
    """Outputs that equal their reference up to white space and Unicode composition."""
    word_error: ErrorRate
    character_error: ErrorRate
    metrics: dict[str, Score]
    """BLEU and chrF2 if targets are sentences."""
    by_words: dict[int, Accuracy]
    """Words of the reference -> exact matches; empty if there are too many lengths, or one."""


def score_recognition(
    outputs: Sequence[str], references: Sequence[str], side: str, tokenizer: Tokenizer
) -> RecognitionScores:
    """Score outputs against their references, at least one. `side` is the language of the targets."""
    lengths = [len(words(reference)) for reference in references]
    # Edit rates of words and characters are computed below.
    chosen = [name for name in METRICS if higher_is_better(name)] if _are_sentences(references, side) else []
    return RecognitionScores(
        pairs=len(outputs),
        exact=Accuracy(exact_matches(outputs, references), len(outputs)),
        word_error=error_rate("wer", outputs, references),
        character_error=error_rate("cer", outputs, references),
        metrics={
            title_of(name): resampled(name, metric_for(name, side, tokenizer), outputs, references)
            for name in chosen
        },
        by_words=_by_words(outputs, references, lengths),
    )


def _are_sentences(references: Sequence[str], side: str) -> bool:
    """Whether the references are long enough; for languages without spaces, by their characters."""
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
        length: Accuracy(exact_matches([outputs[i] for i in ids], [references[i] for i in ids]), len(ids))
        for length, ids in sorted(members.items())
    }


def compare_recognition(
    this: Sequence[str], other: Sequence[str], references: Sequence[str]
) -> list[Compared]:
    """Compare exact matches, word and character errors (in %) of two systems by paired bootstrap over outputs.

    p-values are those of `resampling.by_chance`.
    """
    names = ("exact", "wer", "cer")
    return [Compared(title_of(name), *compared(metric_of(name), this, other, references)) for name in names]
