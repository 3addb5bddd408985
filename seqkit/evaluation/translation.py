"""How good translations are: sacreBLEU's metrics with intervals, length, exact matches, BLEU by source length."""

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
"""Each bucket of source lengths holds those above one bound, up to the next."""
CHARACTERS = (0, 10, 20, 30, 40, 60)
"""The same for languages without blanks."""


class Bucket(NamedTuple):
    """BLEU on the pairs whose source has from `first` to `last` units (None: no bound)."""

    first: int
    last: int | None
    pairs: int
    bleu: float


@dataclass(frozen=True)
class TranslationScores:
    """Scores of one system."""

    pairs: int
    metrics: dict[str, Score]
    length_ratio: float | None
    """Words of the output for each word of the reference, as BLEU's tokenizer counts them."""
    exact: Accuracy
    """Outputs that equal their reference, but for white space at the ends."""
    unit: str
    """What source lengths are counted in: words (between blanks) or characters."""
    by_length: list[Bucket]
    tokenizer: Tokenizer


class Compared(NamedTuple):
    """One metric of two systems on the same pairs."""

    metric: str
    this: float
    other: float
    low: float
    """95 % interval of this - other, by paired bootstrap over sentences."""
    high: float
    p: float
    """Two-sided: how often so large a difference would come by chance."""


def score_translations(
    sources: Sequence[str],
    outputs: Sequence[str],
    references: Sequence[str],
    sides: tuple[str, str],
    tokenizer: Tokenizer,
) -> TranslationScores:
    """Every score of the outputs, one a source. `sides` are the languages of source and target.

    The resampling is seeded: equal outputs give equal intervals. At least one pair is needed.
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
    """A registered metric for outputs in a language, whose words a tokenizer cuts."""
    return metric_of(name).for_language(side, tokenizer.name)


def compare_translations(
    this: Sequence[str], other: Sequence[str], references: Sequence[str], side: str, tokenizer: Tokenizer
) -> list[Compared]:
    """Each metric of two systems, and whether their difference is more than chance. `side` is the target's."""
    return [
        Compared(title_of(name), *compared(metric_for(name, side, tokenizer), this, other, references))
        for name in METRICS
    ]


def _by_length(
    bleu: BLEU, sources: Sequence[str], outputs: Sequence[str], references: Sequence[str], unit: str
) -> list[Bucket]:
    """Buckets without a pair are left out."""
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
