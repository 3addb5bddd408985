"""Minimum Bayes risk: of many outputs, the one that is most like all the others (Eikema & Aziz 2020)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

Utility = Callable[[str, str], float]
"""(output, output taken as the truth) -> how good the first would be."""


def utility_of(name: str, language: str = "") -> Utility:
    """Sentence-level chrF (Popović 2015) or BLEU (with exponential smoothing) of sacreBLEU.

    BLEU counts characters in place of words where the language writes no blanks between these.
    """
    from sacrebleu.metrics import BLEU, CHRF

    from seqkit.evaluation.sacre import WITHOUT_BLANKS, language_of

    words = "char" if language_of(language) in WITHOUT_BLANKS else "13a"
    metric = CHRF() if name == "chrf" else BLEU(effective_order=True, tokenize=words)
    return lambda output, truth: float(metric.sentence_score(output, [truth]).score)


def expected_utilities(outputs: Sequence[str], utility: Utility) -> list[float]:
    """Σ_y' P(y') u(y, y') of each output y, P being the share of each among the outputs."""
    counts = Counter(outputs)
    expected = {
        output: sum(count * utility(output, truth) for truth, count in counts.items()) / len(outputs)
        for output in counts
    }
    return [expected[output] for output in outputs]


def minimum_risk(outputs: Sequence[str], utility: Utility) -> list[int]:
    """Indices of the distinct outputs, the one of highest expected utility first."""
    expected = expected_utilities(outputs, utility)
    first = {output: index for index, output in reversed(list(enumerate(outputs)))}
    return sorted(first.values(), key=lambda index: (-expected[index], index))
