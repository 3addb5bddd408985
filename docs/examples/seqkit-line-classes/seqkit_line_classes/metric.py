"""Macro-averaged F1 of classes: the mean over classes of 2 TP / (2 TP + FP + FN), 0 to 100."""

import numpy as np

from seqkit.evaluation.corpus_metric import CorpusMetric


class MacroF1(CorpusMetric):
    """Statistics are TP, FP and FN of each class that occurs."""

    def statistics(self, outputs, references):
        classes = sorted({*outputs, *references})
        rows = [
            [
                int(hit)
                for name in classes
                for hit in (name == out == ref, name == out != ref, name == ref != out)
            ]
            for out, ref in zip(outputs, references, strict=True)
        ]
        return np.array(rows, dtype=np.float64).reshape(len(outputs), 3 * len(classes))

    def score(self, sums_K):
        right_C, wrong_C, missed_C = sums_K.reshape(-1, 3).T
        both_C = 2 * right_C + wrong_C + missed_C
        met_C = both_C > 0
        return 100 * float((2 * right_C[met_C] / both_C[met_C]).mean()) if met_C.any() else 0.0
