"""A synthetic text that shows the effect of a carried state: a random word, repeated.

The network is the one that `seqkit train lm` trains.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import torch
from numpy.typing import NDArray
from seqkit_lm import LMOptions
from seqkit_lm.model import LanguageModel
from seqkit_lm.symbols import LMFacts
from seqkit_lm.trainable import LMTrainable

LETTERS, PERIOD, REPEATS, WINDOW = "abcdefgh", 3, 8, 6
"""Letters within a window teach the model to copy; the first letters of a window repeat those of the previous one."""
OPTIONS = replace(LMOptions(), unit="characters", hidden=64, embedding_size=16, dropout=0.0)
EPOCHS, DOCUMENTS, RATE = 100, 256, 0.01


def documents(count: int, seed: int) -> list[list[str]]:
    """Random words of PERIOD letters, each repeated REPEATS times on one line."""
    random = Random(seed)
    return [["".join(random.choices(LETTERS, k=PERIOD)) * REPEATS] for _ in range(count)]


def trained() -> LanguageModel:
    """Train a model on such texts in windows, with the state carried from window to window."""
    facts = LMFacts.gather(documents(100, seed=1), OPTIONS, "xx")
    torch.manual_seed(0)
    model = LanguageModel(OPTIONS, facts)
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    for epoch in range(EPOCHS):
        texts = [np.array(facts.symbols.document(d)) for d in documents(DOCUMENTS, seed=epoch)]
        task = LMTrainable(model, texts, [], 0, WINDOW)
        for indices in task.batches(DOCUMENTS * WINDOW, seed=1, epoch=epoch):
            loss = task.loss(task.collate(indices, 0))
            optimizer.zero_grad()
            loss.mean.backward()
            optimizer.step()
    return model.eval()


@torch.inference_mode()
def losses_by_letter(model: LanguageModel, carried: bool) -> NDArray[np.float64]:
    """Mean of -log P of each letter of new texts, with the state carried or set to zero at each window."""
    texts = [np.array(model.facts.symbols.document(d)) for d in documents(200, seed=-1)]
    task = LMTrainable(model, texts, [], 0, WINDOW)
    parts = []
    for indices in task.batches(len(texts) * WINDOW, seed=1, epoch=0):
        batch = task.collate(indices, 0)
        if not carried:
            batch = batch._replace(fresh_B=torch.ones_like(batch.fresh_B))
        parts.append(task.step_losses(batch).mean(0).numpy())
    return np.concatenate(parts)[: PERIOD * REPEATS]
