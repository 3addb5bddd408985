"""Focal loss (Lin et al. 2017): -(1 - p)^γ log p, for single predictions of any task that gives log-probabilities.

Shapes: N steps, V labels.
"""

from __future__ import annotations

from typing import Any

from seqkit.tasks import Loss, Trainable
from seqkit.training.objective import Objective


class Focal(Objective):
    """The mean over the steps, summed over the kinds of output."""

    def loss(self, task: Trainable, batch: Any) -> Loss:
        mean, nll, right, steps = None, 0.0, 0, 0
        for number, (log_p_NV, y_N) in enumerate(task.log_probs(batch)):
            log_p_N = log_p_NV.gather(1, y_N[:, None])[:, 0]
            part = (-((1 - log_p_N.exp()) ** self.options.gamma) * log_p_N).mean()
            mean = part if mean is None else mean + part
            nll -= float(log_p_N.detach().sum())
            if number == 0:
                right, steps = int((log_p_NV.argmax(-1) == y_N).sum()), len(y_N)
        return Loss(mean, nll, right, steps)
