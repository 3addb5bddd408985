"""Focal loss (Lin et al. 2017): -(1 - p)^γ log p, for single predictions of any task that gives log-probabilities.

Shapes: N steps, V labels.
"""

from __future__ import annotations

from typing import Any

import torch

from seqkit.tasks import Counts, Loss, Trainable
from seqkit.training.objective import Objective


class Focal(Objective):
    """Summed over the steps and the kinds of output."""

    def loss(self, task: Trainable, batch: Any) -> Loss:
        totals, nlls, counted = [], [], []
        for log_p_NV, y_N in task.log_probs(batch):
            log_p_N = log_p_NV.gather(1, y_N[:, None])[:, 0]
            totals.append((-((1 - log_p_N.exp()) ** self.options.gamma) * log_p_N).sum())
            nlls.append(-log_p_N.sum().detach().double())
            counted.append(((log_p_NV.argmax(-1) == y_N).sum(), torch.tensor(len(y_N))))
        right, steps = counted[0]
        return Loss(torch.stack(totals).sum(), steps, Counts.of(torch.stack(nlls).sum(), right, steps))
