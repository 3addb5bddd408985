"""Output layers, from latent states to labels; see `seqkit.nn.heads` and `seqkit.nn.crf`.

Shapes: T steps, B sequences, L labels; A_LL[i, j] scores label j after label i. The CRF does not support padding.
"""

from __future__ import annotations

import numpy as np

from seqkit.inference.numpy.functions import Affine, log_sum_exp, softmax
from seqkit.inference.numpy.int8 import Int8Matrix
from seqkit.inference.numpy.weights import Array, Weights


class SoftmaxHead:
    """ŷ_t = V z_t; the label of each step is predicted independently."""

    def __init__(self, weights: Weights, labels: int, int8: bool = False) -> None:
        """Args: int8, whether the states are in units of 1/127."""
        self._affine = Affine(weights.part("linear"), None, labels)
        self._int8 = Int8Matrix.of(self._affine.W_YX) if int8 else None
        self._temperature = weights("temperature")

    def __call__(self, z_TBH: Array) -> Array:
        """z_TBH -> logits_TBL."""
        if self._int8 is None or self._affine.b_Y is None:
            return self._affine(z_TBH)
        flat = self._int8.product(z_TBH.reshape(-1, z_TBH.shape[-1]), self._affine.b_Y)
        return flat.reshape(*z_TBH.shape[:-1], -1)

    def best(self, logits_TBL: Array) -> Array:
        """The most probable labels y_TB."""
        return logits_TBL.argmax(-1)

    def probabilities(self, logits_TBL: Array) -> Array:
        """P(y_t | x)_TBL, calibrated."""
        return softmax(logits_TBL / self._temperature)


class CRFHead(SoftmaxHead):
    """A conditional random field, for labels that depend on their neighbours: predicts the most probable sequence."""

    def __init__(self, weights: Weights, labels: int, int8: bool = False) -> None:
        super().__init__(weights, labels, int8)
        self._A_LL = weights("A", labels, labels)

    def best(self, logits_TBL: Array) -> Array:
        """y_TB of the highest score (Viterbi)."""
        best_BL, came_from = logits_TBL[0], []
        for logits_BL in logits_TBL[1:]:
            score_BLL = best_BL[:, :, None] + self._A_LL
            came_from.append(score_BLL.argmax(1))
            best_BL = score_BLL.max(1) + logits_BL
        y_TB = [best_BL.argmax(-1)]
        for from_BL in reversed(came_from):
            y_TB.append(np.take_along_axis(from_BL, y_TB[-1][:, None], 1)[:, 0])
        return np.stack(y_TB[::-1])

    def probabilities(self, logits_TBL: Array) -> Array:
        """The marginals P(y_t | x)_TBL (forward-backward), calibrated."""
        logits_TBL, A_LL = logits_TBL / self._temperature, self._A_LL / self._temperature
        alpha_TBL, beta_TBL = np.empty_like(logits_TBL), np.zeros_like(logits_TBL)
        alpha_TBL[0] = logits_TBL[0]
        for t in range(1, len(logits_TBL)):
            alpha_TBL[t] = log_sum_exp(alpha_TBL[t - 1][:, :, None] + A_LL, 1) + logits_TBL[t]
        for t in range(len(logits_TBL) - 1, 0, -1):
            beta_TBL[t - 1] = log_sum_exp((logits_TBL[t] + beta_TBL[t])[:, None, :] + A_LL, 2)
        return softmax(alpha_TBL + beta_TBL)
