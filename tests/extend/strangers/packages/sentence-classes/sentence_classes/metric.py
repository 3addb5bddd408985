"""Macro-averaged F1."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from seqkit.evaluation.corpus_metric import CorpusMetric, Sums


class MacroF1(CorpusMetric):
    """Mean of 2 TP / (2 TP + FP + FN) over the classes that occur, 0 to 100."""

    def statistics(self, outputs: Sequence[str], references: Sequence[str]) -> Sums:
        classes = sorted({*outputs, *references})
        rows = [
            [
                count
                for name in classes
                for count in (name == out == ref, name == out != ref, name == ref != out)
            ]
            for out, ref in zip(outputs, references, strict=True)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(outputs), 3 * len(classes))

    def score(self, sums_K: Sums) -> float:
        right_C, wrong_C, missed_C = sums_K.reshape(-1, 3).T
        both_C = 2 * right_C + wrong_C + missed_C
        met_C = both_C > 0
        return 100 * float((2 * right_C[met_C] / both_C[met_C]).mean()) if met_C.any() else 0.0
