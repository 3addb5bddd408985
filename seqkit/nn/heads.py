"""Output layers of taggers: from hidden states to labels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from seqkit.nn.affine import Affine
from seqkit.nn.crf import label_score, log_partition, marginals, viterbi
from seqkit.nn.placement import steps_with_target, summed

IGNORE = -1
"""Target of a step without a label, or with a label that the model does not have."""


def in_float32(logits: Tensor) -> Tensor:
    """Cast logits to float32: under autocast the softmax and all sums would stay in bfloat16."""
    return logits.to(torch.promote_types(logits.dtype, torch.float32))


class SoftmaxHead(nn.Module):
    """ŷ_t = V z_t; P(y_t | x) = softmax(ŷ_t)[y_t], independent for each step.

    `probabilities` divides the logits by a temperature fitted on dev (Guo et al. 2017). That changes no decision, but
    labels with probability 0.9 are then right about nine times in ten.
    """

    temperature: Tensor

    def __init__(self, hidden_size: int, labels: int) -> None:
        super().__init__()
        self.linear = Affine(hidden_size, labels)
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.zeros_(self.linear.bias)
        self.register_buffer("temperature", torch.ones(()))

    @property
    def V(self) -> Tensor:
        """Output matrix, (labels, H)."""
        return self.linear.weight

    def forward(self, z_BTH: Tensor) -> Tensor:
        """z_BTH -> logits_BTL."""
        logits_BTL: Tensor = self.linear(z_BTH)
        return logits_BTL

    def loss(
        self, logits_BTL: Tensor, y_BT: Tensor, real_BT: Tensor, label_smoothing: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """-Σ log P(y | x) over the labelled steps, with and without label smoothing.

        Args: y_BT, with IGNORE at padding and steps without a label; real_BT, False at padding.
        """
        logits_NL, y_N = steps_with_target(logits_BTL, y_BT, y_BT != IGNORE)
        log_p_NL = F.log_softmax(in_float32(logits_NL), dim=-1)
        nll_N = -log_p_NL.gather(1, y_N.clamp(min=0)[:, None])[:, 0]
        smooth_N = (1 - label_smoothing) * nll_N - label_smoothing * log_p_NL.mean(-1)
        return summed(smooth_N, y_N), summed(nll_N, y_N)

    def best(self, logits_BTL: Tensor) -> Tensor:
        """The most probable label of each step, y_BT, without padding."""
        return logits_BTL.argmax(-1)

    def probabilities(self, logits_BTL: Tensor) -> Tensor:
        """logits_BTL -> calibrated probabilities P(y_t | x)_BTL."""
        return torch.softmax(logits_BTL / self.temperature, dim=-1)


class CRFHead(SoftmaxHead):
    """P(y_1:T | x) = exp(Σ_t ŷ_t[y_t] + A[y_{t-1}, y_t]) / Z: neighbouring labels are not independent.

    Lafferty, McCallum & Pereira 2001; over a recurrent network: Huang, Xu & Yu 2015.
    """

    def __init__(self, hidden_size: int, labels: int) -> None:
        super().__init__(hidden_size, labels)
        self.A = nn.Parameter(torch.zeros(labels, labels))
        """A[i, j], the score of label j after label i."""

    def nll(self, logits_BTL: Tensor, y_BT: Tensor, real_BT: Tensor) -> Tensor:
        """-log P(y_1:T | x) of each sequence, (B,). A real step without a label (IGNORE) may have any label."""
        return log_partition(logits_BTL, self.A, real_BT) - label_score(logits_BTL, self.A, y_BT, real_BT)

    def loss(
        self, logits_BTL: Tensor, y_BT: Tensor, real_BT: Tensor, label_smoothing: float = 0.0
    ) -> tuple[Tensor, Tensor]:
        """-Σ log P(y_1:T | x) over the sequences, twice, because a CRF has no label smoothing."""
        nll = self.nll(in_float32(logits_BTL), y_BT, real_BT).sum()
        return nll, nll

    def best(self, logits_BTL: Tensor) -> Tensor:
        """The most probable label sequences y_BT (Viterbi), without padding."""
        return viterbi(logits_BTL, self.A)

    def probabilities(self, logits_BTL: Tensor) -> Tensor:
        """Calibrated marginals P(y_t | x)_BTL of each step (forward-backward)."""
        return marginals(logits_BTL / self.temperature, self.A / self.temperature)
