"""The built-in metrics of text: sacreBLEU's, exact matches and edits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from seqkit.evaluation.corpus_metric import CorpusMetric, Sums
from seqkit.evaluation.error_rates import characters, exact_matches, rate, words


class SacreMetric(CorpusMetric):
    """A metric of sacreBLEU (Post 2018) with its default settings, from 0 to 100."""

    def make(self) -> Any:
        """The metric."""
        raise NotImplementedError

    @cached_property
    def _metric(self) -> Any:
        return self.make()

    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        return np.array(self._metric._extract_corpus_statistics(outputs, [references]), dtype=np.float64)

    def score(self, sums_K: Sums) -> float:
        return float(self._metric._compute_score_from_stats(sums_K).score)


class BLEU(SacreMetric):
    """BLEU (Papineni et al. 2002), tokenizer 13a; of single sentences BLEU+1 (Lin & Och 2004)."""

    def make(self) -> Any:
        from sacrebleu.metrics import BLEU as Metric

        return Metric()

    def sentence_score(self, output: str, reference: str) -> float:
        from sacrebleu.metrics import BLEU as Metric

        plus_one = Metric(smooth_method="add-k", smooth_value=1, effective_order=True)
        return float(plus_one.sentence_score(output, [reference]).score)


class ChrF(SacreMetric):
    """chrF2 (Popović 2015)."""

    def make(self) -> Any:
        from sacrebleu.metrics import CHRF

        return CHRF()


class TER(SacreMetric):
    """Translation edit rate (Snover et al. 2006): edits per 100 words of the reference."""

    def make(self) -> Any:
        from sacrebleu.metrics import TER as Metric

        return Metric()


class ExactMatch(CorpusMetric):
    """Outputs that equal their reference but for white space, in %."""

    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        pairs = zip(outputs, references, strict=True)
        return np.array([[exact_matches([o], [r]), 1] for o, r in pairs], dtype=np.float64).reshape(-1, 2)

    def score(self, sums_K: Sums) -> float:
        return 100 * float(sums_K[0]) / max(float(sums_K[1]), 1.0)


class EditRate(CorpusMetric):
    """Edits (Levenshtein 1966) per 100 units of the reference."""

    units: Callable[[str], list[str]]

    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        units = type(self).units
        counts = [rate([o], [r], units) for o, r in zip(outputs, references, strict=True)]
        return np.array(counts, dtype=np.float64).reshape(-1, 2)

    def score(self, sums_K: Sums) -> float:
        return 100 * float(sums_K[0]) / max(float(sums_K[1]), 1.0)


class WordErrorRate(EditRate):
    """Edits of words."""

    units = staticmethod(words)


class CharacterErrorRate(EditRate):
    """Edits of characters."""

    units = staticmethod(characters)
