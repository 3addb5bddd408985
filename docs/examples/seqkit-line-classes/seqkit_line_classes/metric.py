"""Macro-averaged F1 of classes: the mean over classes of 2 TP / (2 TP + FP + FN), 0 to 100."""

import numpy as np

from seqkit.evaluation.corpus_metric import CorpusMetric


class MacroF1(CorpusMetric):
    """Statistics are, for each class that occurs, whether it is right, predicted, and in the reference."""

    def statistics(self, outputs, references):
        classes = np.array(sorted({*outputs, *references}))
        out_NC, ref_NC = (np.array(names)[:, None] == classes for names in (outputs, references))
        return np.concatenate([out_NC & ref_NC, out_NC, ref_NC], axis=1).astype(np.float64)

    def score(self, sums_K):
        right_C, predicted_C, gold_C = np.split(sums_K, 3)
        f1_C = 2 * right_C / np.maximum(predicted_C + gold_C, 1)
        return 100 * float(f1_C.sum()) / max(np.count_nonzero(predicted_C + gold_C), 1)
