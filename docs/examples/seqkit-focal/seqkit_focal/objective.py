"""FL = -Σ_t (1 - p_t)^γ log p_t, p_t the probability of the right label (Lin et al. 2017, equation 4)."""

import torch

from seqkit.tasks import Counts, Loss
from seqkit.training.objective import Objective


class Focal(Objective):
    """Focal loss, for every task that gives log-probabilities of single steps."""

    needs = ("log_probs",)

    def loss(self, task, batch):
        """The loss of a batch: sums over all steps of all kinds of label."""
        total = nll = right = steps = 0
        for log_p_NV, y_N in task.log_probs(batch):
            log_p_N = log_p_NV.gather(1, y_N[:, None])[:, 0]
            # 1 - p; the bound keeps the gradient finite for γ < 1, where p is 1.
            rest_N = (-torch.expm1(log_p_N)).clamp(min=1e-6)
            total = total - (rest_N**self.options.gamma * log_p_N).sum()
            nll = nll - log_p_N.sum()
            if not steps:
                right, steps = (log_p_NV.argmax(-1) == y_N).sum(), len(y_N)
        steps = torch.tensor(steps)
        return Loss(total, steps, Counts.of(nll, right, steps))
