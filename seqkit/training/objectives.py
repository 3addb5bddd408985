"""The objectives R-Drop, scheduled sampling and minimum risk training.

Shapes: B examples, K outputs of each, T steps, N labelled steps of a batch, V labels or symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from seqkit.evaluation.corpus_metric import metric_of
from seqkit.models.contracts import Counts, Loss, StepLogProbs
from seqkit.nn.draws import draw
from seqkit.nn.placement import widened
from seqkit.training.objective import Objective
from seqkit.training.objective_options import RDropOptions, RiskOptions, ScheduledOptions
from seqkit.training.r_drop import r_drop_loss
from seqkit.training.risk import expected_cost, sentence_costs
from seqkit.training.trainable import Trainable


class RDrop(Objective):
    """R-Drop (Liang et al. 2021, eq. 4): two passes with different dropout masks, and the divergence between them.

    Per step (CE(P1) + CE(P2)) / 2 + alpha / 4 * (KL(P1 || P2) + KL(P2 || P1)): half of the paper's loss, so that
    the learning rates of `nll` can be used.
    """

    options: RDropOptions
    needs = ("log_probs",)

    def loss(self, task: Trainable, batch: Any) -> Loss:
        """The loss. Raises SeqkitError if the task offers no log-probabilities of single steps."""
        first, second = task.log_probs(batch), task.log_probs(batch)
        options = self.options
        each = [
            r_drop_loss(a.log_p_NV, b.log_p_NV, a.y_N, options.label_smoothing, options.alpha)
            for a, b in zip(first, second, strict=True)
        ]
        total = torch.stack(each).sum()
        counts = counts_of(first)
        return Loss(total, counts.steps, counts)


class ScheduledSampling(Objective):
    """Scheduled sampling (Bengio et al. 2015): some inputs of the decoder are its own samples, not the gold symbols.

    The draws come from decoding step by step with the mixed inputs, without dropout and without a gradient, as in the
    paper; the loss is that of the right symbols, in one pass over the mixed inputs.
    """

    options: ScheduledOptions
    needs = ("inputs", "start", "step", "with_decoder_inputs")

    def loss(self, task: Trainable, batch: Any) -> Loss:
        """The loss. Raises SeqkitError for a task that does not decode step by step."""
        mixed = task.with_decoder_inputs(batch, self._mixed(task, batch))
        return task.loss(mixed, self.options.label_smoothing)

    @torch.no_grad()
    def _mixed(self, task: Trainable, batch: Any) -> Tensor:
        """The inputs, some of them replaced by samples from the model."""
        inputs_BT = task.inputs(batch).clone()
        chance_BT = draw(inputs_BT.shape, inputs_BT.new_empty(0, dtype=torch.float32), Tensor.uniform_)
        own_BT = chance_BT < self.options.share
        previous_B, state = None, task.start(batch)
        for t in range(1, inputs_BT.shape[1]):
            log_p_BV, state = task.step(previous_B, state)
            drawn_B = sampled(log_p_BV.float().exp())
            inputs_BT[:, t] = torch.where(own_BT[:, t], drawn_B, inputs_BT[:, t])
            previous_B = inputs_BT[:, t]
        return inputs_BT


class MinimumRisk(Objective):
    """Minimum risk training (Shen et al. 2016, eq. 12): the expected cost of whole outputs, by a metric of sentences.

    Per example Σ_k Q(y_k) cost(y_k) with Q(y_k) ∝ P(y_k | x)^alpha over its distinct outputs, drawn or found by a beam
    (Edunov et al. 2018). `nll_weight` of the loss stays negative log-likelihood of the right output, which Edunov et
    al. found to help.
    """

    options: RiskOptions
    divides = False
    needs = ("log_probs", "sample")

    def __init__(self, options: RiskOptions) -> None:
        """Raise SeqkitError for an unknown metric, before the first batch."""
        super().__init__(options)
        metric_of(options.sentence_metric)

    def check(self, task: Trainable) -> None:
        """Raise SeqkitError if the task offers no outputs, or no beam search that the options require."""
        super().check(task)
        if self.options.candidates == "beam" and not task.searches:
            raise task.lacks("search for the best outputs in training: its labels are sampled")

    def repeats_steps(self, task: Trainable) -> bool:
        """Labels stay those of the same words; outputs that a decoder writes have any length."""
        return not task.searches

    def loss(self, task: Trainable, batch: Any) -> Loss:
        """The loss. Raises SeqkitError for a task that offers no outputs in training."""
        options = self.options
        with torch.set_grad_enabled(options.nll_weight > 0):
            right = task.log_probs(batch)
            nll = torch.stack([smoothed(one, 0.0) for one in right]).sum()
        seed = int(torch.randint(2**62, ()))
        search = options.candidates == "beam"
        risks = []
        for found in task.sample(batch, options.samples, seed, search=search):
            cost_BK = sentence_costs(options.sentence_metric, found.texts, found.references)
            risks.append(expected_cost(found.log_p_BK, cost_BK, found.texts, options.sharpness).mean())
        counts, risk = counts_of(right), torch.stack(risks).mean()
        total = options.nll_weight * nll + (1 - options.nll_weight) * counts.steps * risk
        return Loss(total, counts.steps, counts)


def sampled(p_BV: Tensor) -> Tensor:
    """Sample a symbol for each row: argmax p / q with exponential q, as `torch.multinomial` does."""
    q_BV = draw(p_BV.shape, p_BV, lambda q: q.exponential_())
    return (p_BV / q_BV).argmax(-1)


def smoothed(found: StepLogProbs, label_smoothing: float) -> Tensor:
    """-Σ_n Σ_v q_nv log p_nv, where q spreads `label_smoothing` of each target over all labels equally."""
    log_p_NV, y_N = found
    nll_N = -log_p_NV.gather(1, y_N[:, None])[:, 0]
    if not label_smoothing:
        return nll_N.sum()
    return ((1 - label_smoothing) * nll_N - label_smoothing * log_p_NV.mean(-1)).sum()


def divergence(a_NV: Tensor, b_NV: Tensor) -> Tensor:
    """Σ_n KL(a || b) + KL(b || a), of log-probabilities: Σ (p_a - p_b)(log p_a - log p_b)."""
    return ((a_NV.exp() - b_NV.exp()) * (a_NV - b_NV)).sum()


def counts_of(kinds: Sequence[StepLogProbs]) -> Counts:
    """Counts: nll of all kinds of output, right predictions and steps of the first kind."""
    log_p_NV, y_N = kinds[0]
    nll = torch.stack([widened(smoothed(one, 0.0)) for one in kinds]).sum()
    right = (log_p_NV.argmax(-1) == y_N).sum()
    return Counts.of(nll, right, torch.full((), len(y_N), device=y_N.device))
