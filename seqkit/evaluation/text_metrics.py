"""The built-in metrics of text: those of sacreBLEU, exact matches and edit rates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np

from seqkit.evaluation.corpus_metric import CorpusMetric, Sums
from seqkit.evaluation.error_rates import characters, exact_matches, rate, words
from seqkit.evaluation.resampling import SEED
from seqkit.evaluation.sacre import DEFAULT, tokenizer_for
from seqkit.text.languages import writes_blanks


class SacreMetric(CorpusMetric):
    """A metric of sacreBLEU (Post 2018), from 0 to 100, with its default settings or those of a language."""

    def __init__(self, language: str = "", tokenizer: str = DEFAULT) -> None:
        self.language, self.tokenizer = language, tokenizer

    def for_language(self, language: str, tokenizer: str = "") -> Self:
        return type(self)(language, tokenizer or tokenizer_for(language).name)

    def make(self) -> Any:
        """Create the sacreBLEU metric."""
        raise NotImplementedError

    @cached_property
    def _metric(self) -> Any:
        return self.make()

    def signature(self, samples: int) -> str:
        signature = self._metric.get_signature()
        signature.update("bs", samples)
        signature.update("seed", str(SEED))
        return str(signature)

    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        return np.array(self._metric._extract_corpus_statistics(outputs, [references]), dtype=np.float64)

    def score(self, sums_K: Sums) -> float:
        return float(self._metric._compute_score_from_stats(sums_K).score)


class BLEU(SacreMetric):
    """BLEU (Papineni et al. 2002), tokenizer 13a; for single sentences BLEU+1 (Lin & Och 2004)."""

    def make(self) -> Any:
        return self._with()

    def _with(self, **options: Any) -> Any:
        from sacrebleu.metrics import BLEU as Metric

        # force: suppress the warning on tokenized text, which is intended with tokenizer none.
        return Metric(tokenize=self.tokenizer, force=self.tokenizer == "none", **options)

    def lengths(self, outputs: Sequence[str], references: Sequence[str]) -> tuple[int, int]:
        """Number of words of all outputs and of all references, by the tokenizer."""
        output, reference = self.statistics(outputs, references).sum(axis=0)[:2]
        return int(output), int(reference)

    @cached_property
    def _plus_one(self) -> Any:
        return self._with(smooth_method="add-k", smooth_value=1, effective_order=True)

    def sentence_score(self, output: str, reference: str) -> float:
        return float(self._plus_one.sentence_score(output, [reference]).score)


class ChrF(SacreMetric):
    """chrF2 (Popović 2015)."""

    def make(self) -> Any:
        from sacrebleu.metrics import CHRF

        return CHRF()


class TER(SacreMetric):
    """Translation edit rate (Snover et al. 2006): edits per 100 words of the reference."""

    def make(self) -> Any:
        from sacrebleu.metrics import TER as Metric

        if not self.language or writes_blanks(self.language):
            return Metric()
        # Without these settings a whole sentence would count as one word.
        return Metric(normalized=True, asian_support=True)


class ExactMatch(CorpusMetric):
    """Share of outputs that equal their reference up to white space, in %."""

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
    """Word error rate in %."""

    units = staticmethod(words)


class CharacterErrorRate(EditRate):
    """Character error rate in %."""

    units = staticmethod(characters)
