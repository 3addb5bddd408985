"""Small language models and texts, for tests."""

from __future__ import annotations

import random

import numpy as np
import torch
from seqkit_lm import LMOptions
from seqkit_lm.model import LanguageModel
from seqkit_lm.symbols import BOUNDARY, LMFacts
from seqkit_lm.trainable import LMTrainable

SMALL = {"unit": "characters", "hidden": 8, "embedding_size": 6, "dropout": 0.0}
WORDS = ["the", "cat", "dog", "sees", "a", "bird", "in", "house", "and", "runs", "to", "tree"]


def random_lines(lines: int, seed: int = 3) -> list[str]:
    """Lines of three to nine words and a full stop."""
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS, k=draw.randint(3, 9))) + " ." for _ in range(lines)]


def untrained(documents: list[list[str]], spread: float = 1.0, **options) -> LanguageModel:
    """A seeded language model of these documents. `spread` multiplies V: larger makes P(next) less uniform."""
    chosen = LMOptions(**{**SMALL, **options})
    torch.manual_seed(7)
    model = LanguageModel(chosen, LMFacts.gather(documents, chosen, "en"))
    with torch.no_grad():
        model.V.mul_(spread)
    return model.eval()


def encoded(model: LanguageModel, documents: list[list[str]]) -> list[np.ndarray]:
    """The symbols of each document."""
    return [np.array(model.facts.symbols.document(lines)) for lines in documents]


def trainable(model: LanguageModel, documents: list[list[str]], window: int) -> LMTrainable:
    """A training on documents without a dev split."""
    return LMTrainable(model, encoded(model, documents), [], 0, window)


@torch.no_grad()
def one_pass(model: LanguageModel, ids: list[int]) -> np.ndarray:
    """log P of each symbol of a document, read at once from a zero state; the first one follows a boundary."""
    inputs_1T = torch.tensor([[BOUNDARY, *ids[:-1]]])
    z_1TH, _ = model(inputs_1T, model.initial_state(1))
    log_p_TV = (z_1TH[0].double() @ model.V.double().T + model.output.bias.double()).log_softmax(-1)
    return log_p_TV[torch.arange(len(ids)), torch.tensor(ids)].numpy()
