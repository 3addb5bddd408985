"""Log-likelihood of each symbol of documents, with the state carried through each document.

Shapes: B documents, T steps, V symbols.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from seqkit.nn.cross_entropy import log_probs
from seqkit.nn.placement import placed_for
from seqkit_lm.model import LanguageModel
from seqkit_lm.windows import batches_of, collate, lanes_of, windows_of

WINDOW, LANES = 128, 16
"""Steps per window, and number of documents that are read in parallel."""


@dataclass(frozen=True)
class DocumentScores:
    """Scores of documents by a model."""

    losses: list[NDArray[np.float64]]
    """Negative log-likelihood of each symbol, in nats, for each document."""

    @property
    def nll(self) -> float:
        """Sum over all symbols of all documents."""
        return float(sum(part.sum() for part in self.losses))

    @property
    def steps(self) -> int:
        """Number of symbols, including ends of lines and documents."""
        return sum(map(len, self.losses))


@torch.inference_mode()
def score_documents(model: LanguageModel, documents: Sequence[NDArray[np.int64]]) -> DocumentScores:
    """Compute -log P of each symbol given all previous symbols of its document."""
    model.eval()
    losses = [np.zeros(len(document)) for document in documents]
    windows = windows_of(documents, WINDOW)
    order = sorted(range(len(documents)), key=lambda number: -len(documents[number]))
    states = initial = model.initial_state(LANES)
    for indices in batches_of(lanes_of(windows, LANES, order)):
        chosen = [windows[index] for index in indices]
        batch = placed_for(model, collate(documents, chosen))
        rows = torch.arange(len(indices), device=batch.fresh_B.device)
        fresh_B1 = batch.fresh_B[:, None]
        zeros, carried = model.select(initial, rows, None), model.select(states, rows, None)
        before = tuple(
            tuple(torch.where(fresh_B1, *parts) for parts in zip(*both, strict=True))
            for both in zip(zeros, carried, strict=True)
        )
        z_BTH, states = model(batch.inputs_BT, before)
        log_p_BTV = log_probs(z_BTH, model.V, model.output.bias)
        nll_BT = -log_p_BTV.gather(2, batch.targets_BT[:, :, None])[:, :, 0]
        for row, window in enumerate(chosen):
            steps = window.end - window.start
            losses[window.document][window.start : window.end] = nll_BT[row, :steps].cpu().numpy()
    return DocumentScores(losses)
