"""Scores of translations: sacreBLEU's metrics with intervals, length ratio, exact matches, BLEU by source length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seqkit.evaluation.corpus_metric import CorpusMetric, Score, compared, metric_of, resampled, title_of
from seqkit.evaluation.sacre import Tokenizer
from seqkit.evaluation.tagging import Accuracy
from seqkit.evaluation.text_metrics import BLEU
from seqkit.text.languages import writes_blanks
from seqkit.text.piece_lines import one_line

METRICS = ("bleu", "chrf", "ter")
"""Registered metrics that every evaluation of translations has."""
WORDS = (0, 5, 10, 15, 20, 30)
"""Bounds of the buckets of source lengths, in words."""
CHARACTERS = (0, 10, 20, 30, 40, 60)
"""The same in characters, for languages without spaces."""


class Bucket(NamedTuple):
    """BLEU on the pairs whose source has from `first` to `last` units (None: no bound)."""

    first: int
    last: int | None
    pairs: int
    bleu: float


@dataclass(frozen=True)
class TranslationScores:
    """Scores of a system."""

    pairs: int
    metrics: dict[str, Score]
    length_ratio: float | None
    """Words of the output for each word of the reference, as BLEU's tokenizer counts them."""
    exact: Accuracy
    """Outputs that equal their reference up to white space at the ends."""
    unit: str
    """Unit of source lengths: words (between spaces) or characters."""
    by_length: list[Bucket]
    tokenizer: Tokenizer


class Compared(NamedTuple):
    """A metric of two systems on the same pairs."""

    metric: str
    this: float
    other: float
    low: float
    """95 % interval of this - other, by paired bootstrap over sentences."""
    high: float
    p: float
    """Two-sided p-value of the difference."""


def score_translations(
    sources: Sequence[str],
    outputs: Sequence[str],
    references: Sequence[str],
    sides: tuple[str, str],
    tokenizer: Tokenizer,
) -> TranslationScores:
    """Compute all scores of the outputs, one for each source. `sides` are the languages of source and target.

    Resampling is seeded: equal outputs give equal intervals. At least one pair is needed.
    """
    bleu = BLEU(sides[1], tokenizer.name)
    written, wanted = bleu.lengths(outputs, references)
    unit = "words" if writes_blanks(sides[0]) else "characters"
    return TranslationScores(
        pairs=len(outputs),
        metrics={
            title_of(name): resampled(name, metric_for(name, sides[1], tokenizer), outputs, references)
            for name in METRICS
        },
        length_ratio=written / wanted if wanted else None,
        exact=Accuracy(
            sum(one_line(a) == one_line(b) for a, b in zip(outputs, references, strict=True)), len(outputs)
        ),
        unit=unit,
        by_length=_by_length(bleu, sources, outputs, references, unit),
        tokenizer=tokenizer,
    )


def metric_for(name: str, side: str, tokenizer: Tokenizer) -> CorpusMetric:
    """A registered metric for outputs in a language, with a tokenizer."""
    return metric_of(name).for_language(side, tokenizer.name)


def compare_translations(
    this: Sequence[str], other: Sequence[str], references: Sequence[str], side: str, tokenizer: Tokenizer
) -> list[Compared]:
    """Compare two systems by each metric, with paired bootstrap. `side` is the language of the target."""
    return [
        Compared(title_of(name), *compared(metric_for(name, side, tokenizer), this, other, references))
        for name in METRICS
    ]


def _by_length(
    bleu: BLEU, sources: Sequence[str], outputs: Sequence[str], references: Sequence[str], unit: str
) -> list[Bucket]:
    """BLEU by bucket of source lengths, without empty buckets."""
    lengths = [len("".join(text.split())) if unit == "characters" else len(text.split()) for text in sources]
    bounds = CHARACTERS if unit == "characters" else WORDS
    buckets = []
    for above, last in zip(bounds, (*bounds[1:], None), strict=True):
        chosen = [
            i for i, length in enumerate(lengths) if length > above and (last is None or length <= last)
        ]
        if chosen:
            score = bleu.corpus_score([outputs[i] for i in chosen], [references[i] for i in chosen])
            buckets.append(Bucket(above + 1, last, len(chosen), score))
    return buckets
