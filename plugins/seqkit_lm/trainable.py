"""Training of a language model: windows in order, with the state carried across them, and perplexity on dev."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from seqkit.nn.cross_entropy import chunked_cross_entropy, log_probs
from seqkit.nn.placement import steps_with_target
from seqkit.tasks import Counts, Loss, Metric, StepLogProbs, Trainable
from seqkit_lm.model import LanguageModel, States, WindowBatch
from seqkit_lm.scoring import DocumentScores, score_documents
from seqkit_lm.windows import batches_of, collate, lanes_of, windows_of

Documents = Sequence[NDArray[np.int64]]
"""Symbols of each document, with the boundary last."""


class LMTrainable(Trainable):
    """A language model and its training documents."""

    name = "lm"

    def __init__(
        self, model: LanguageModel, train: Documents, dev: Documents, dev_characters: int, window: int
    ) -> None:
        self.model: LanguageModel = model
        self.train, self.dev, self.dev_characters = train, dev, dev_characters
        self.window = window
        self.windows = windows_of(train, window)
        self._carried: States | None = None
        """The states after the last batch, one row per lane."""
        self._last: tuple[WindowBatch, States] | None = None
        """The last batch and its initial states: an objective may request both its loss and its log-probabilities."""

    @property
    def lengths(self) -> list[int]:
        """Number of steps of each window."""
        return [window.end - window.start for window in self.windows]

    def batches(self, batch_words: int, seed: int, epoch: int) -> list[list[int]]:
        """Distribute documents in random order over lanes, one lane for each window that fits into a batch."""
        order = np.random.default_rng((seed, epoch)).permutation(len(self.train)).tolist()
        return batches_of(lanes_of(self.windows, max(1, batch_words // self.window), order))

    divides_state = True

    def divided(self, indices: Sequence[int], processes: int) -> list[list[int]]:
        """Assign each lane to a fixed process, which carries its state."""
        return [list(range(first, len(indices), processes)) for first in range(processes)]

    def collate(self, indices: Sequence[int], seed: int) -> WindowBatch:
        """Make a batch of windows."""
        return collate(self.train, [self.windows[index] for index in indices])

    def _states(self, batch: WindowBatch) -> States:
        """The initial states of a batch: carried ones, and zeros where a document begins."""
        zeros = self.model.initial_state(len(batch.fresh_B))
        if self._carried is None:
            return zeros
        # Carried rows are those of the previous batch; an epoch may begin with more rows, all of them fresh.
        lane_B, fresh_B1 = batch.lane_B, batch.fresh_B[:, None]
        return tuple(
            tuple(
                torch.where(fresh_B1, zero, _rows(part, lane_B).to(zero))
                for part, zero in zip(state, zero_state, strict=True)
            )
            for state, zero_state in zip(self._carried, zeros, strict=True)
        )

    def _read(self, batch: WindowBatch) -> Tensor:
        """Compute z_BTH, and store the final states, without their history."""
        states = self._last[1] if self._last and self._last[0] is batch else self._states(batch)
        self._last = batch, states
        z_BTH, after = self.model(batch.inputs_BT, states)
        self._carried = tuple(tuple(self._of_all(part.detach(), batch) for part in state) for state in after)
        return z_BTH

    def _of_all(self, part_BH: Tensor, batch: WindowBatch) -> Tensor:
        """The states of all lanes, with zeros for those of other processes."""
        if len(part_BH) == batch.lanes:
            return part_BH
        return part_BH.new_zeros(batch.lanes, part_BH.shape[1]).index_copy(0, batch.lane_B, part_BH)

    def loss(self, batch: WindowBatch, label_smoothing: float = 0.0) -> Loss:
        """-Σ_t log P(y_t | y_<t), back-propagated to the beginning of the window."""
        z_NH, y_N = steps_with_target(self._read(batch), batch.targets_BT, batch.mask_BT)
        loss = chunked_cross_entropy(z_NH, self.model.V, self.model.output.bias, y_N, label_smoothing)
        counts = Counts.of(loss.nll, loss.right, batch.mask_BT.sum())
        return Loss(loss.smooth, counts.steps, counts)

    def log_probs(self, batch: WindowBatch) -> list[StepLogProbs]:
        """Log-probabilities of all symbols at every step."""
        z_NH = self._read(batch)[batch.mask_BT]
        log_p_NV = log_probs(z_NH, self.model.V, self.model.output.bias)
        return [StepLogProbs(log_p_NV, batch.targets_BT[batch.mask_BT])]

    def step_losses(self, batch: WindowBatch) -> Tensor:
        """Negative log-likelihood of each step, (B, T)."""
        log_p_BTV = log_probs(self._read(batch), self.model.V, self.model.output.bias)
        nll_BT = -log_p_BTV.gather(2, batch.targets_BT[:, :, None])[:, :, 0]
        return nll_BT * batch.mask_BT

    def score(self) -> list[Metric]:
        """Perplexity per symbol (the main metric) and bits per character."""
        if not self.dev:
            return []
        self.model.eval()
        scores: DocumentScores = score_documents(self.model, self.dev)
        nll, steps = scores.nll, scores.steps
        return [
            Metric(
                "perplexity",
                math.exp(min(nll / max(steps, 1), 100.0)),
                higher_is_better=False,
                unit="",
                likelihood=True,
            ),
            Metric(
                "bits_per_character",
                nll / math.log(2) / max(self.dev_characters, 1),
                higher_is_better=False,
                unit="",
            ),
        ]

    def state_dict(self) -> Mapping[str, Tensor]:
        """The carried states, with which an interrupted run continues within a document."""
        return {
            f"{layer}.{number}": part
            for layer, state in enumerate(self._carried or ())
            for number, part in enumerate(state)
        }

    def load_state_dict(self, state: Mapping[str, Tensor]) -> None:
        """Restore the carried states."""
        self._last = None
        if not state:
            self._carried = None
            return
        layers = range(len(self.model.layers))
        parts = range(len(state) // len(layers))
        self._carried = tuple(tuple(state[f"{layer}.{number}"] for number in parts) for layer in layers)


def _rows(part_LH: Tensor, lane_B: Tensor) -> Tensor:
    """The states of these lanes. If a batch has more lanes than the previous one, all its documents begin in it."""
    return part_LH.index_select(0, lane_B.clamp(max=len(part_LH) - 1))
