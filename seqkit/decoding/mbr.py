"""Minimum Bayes risk decoding: the sample that is most similar to all other samples (Eikema & Aziz 2020)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from seqkit.decoding.options import FAST

Utility = Callable[[str, str], float]
"""(output, output used as reference) -> utility of the first."""


def utility_of(name: str, blanks: bool = True) -> Utility:
    """Sentence-level chrF (Popović 2015) or BLEU (with exponential smoothing) of sacreBLEU.

    Args: blanks, whether the language separates words by spaces; else BLEU counts characters.
    """
    from sacrebleu.metrics import BLEU, CHRF

    metric = CHRF() if name == "chrf" else BLEU(effective_order=True, tokenize="13a" if blanks else "char")
    return lambda output, truth: float(metric.sentence_score(output, [truth]).score)


def expected_utilities(outputs: Sequence[str], utility: Utility) -> list[float]:
    """Σ_y' P(y') u(y, y') of each output y, where P is the share of each among the outputs."""
    counts = Counter(outputs)
    expected = {
        output: sum(count * utility(output, truth) for truth, count in counts.items()) / len(outputs)
        for output in counts
    }
    return [expected[output] for output in outputs]


def aggregate_chrf(outputs: Sequence[str]) -> list[float]:
    """chrF of each output against the mean n-gram counts of all, in one pass (Vamvas & Sennrich 2024).

    It approximates the expected chrF: its best output is nearly always the same. Needs the package fastchrf.
    """
    import fastchrf

    counts = Counter(outputs)
    scores = dict(zip(counts, fastchrf.aggregate_chrf([list(counts)], [list(outputs)])[0], strict=True))
    return [float(scores[output]) for output in outputs]


def ranked_by_risk(outputs: Sequence[str], name: str, blanks: bool = True) -> list[int]:
    """As `minimum_risk`, by the name of a utility: those of `utility_of`, and fast-chrf, the aggregate chrF."""
    if name == FAST:
        return _ranked(outputs, aggregate_chrf(outputs))
    return minimum_risk(outputs, utility_of(name, blanks))


def minimum_risk(outputs: Sequence[str], utility: Utility) -> list[int]:
    """Indices of the distinct outputs, sorted by expected utility, best first."""
    return _ranked(outputs, expected_utilities(outputs, utility))


def _ranked(outputs: Sequence[str], expected: Sequence[float]) -> list[int]:
    first = {output: index for index, output in reversed(list(enumerate(outputs)))}
    return sorted(first.values(), key=lambda index: (-expected[index], index))
