"""Fixtures: a toy language that rules translate, and sequence-to-sequence models trained on it quickly."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from random import Random

import torch

from seqkit.examples import Pair
from seqkit.extend.manager import load, registry
from seqkit.models.options import options_class
from seqkit.training.batches import batch_seed

WORDS = dict(
    zip(
        ["one", "two", "three", "four", "five", "six"],
        ["eins", "zwei", "drei", "vier", "fuenf", "sechs"],
        strict=True,
    )
)
SMALL = {
    "hidden": 16,
    "embedding_size": 12,
    "vocab_size": 60,
    "dropout": 0.0,
    "sampling": 0.0,
}


def translated(text: str) -> str:
    """Word by word, and back to front."""
    return " ".join(WORDS[word] for word in reversed(text.split()))


def pairs(count: int = 40, seed: int = 1, longest: int = 5) -> list[Pair]:
    """Random sentences and their translations."""
    random = Random(seed)
    texts = (" ".join(random.choices(list(WORDS), k=random.randint(1, longest))) for _ in range(count))
    return [Pair({"text": text}, translated(text)) for text in texts]


def tiny(**options):
    """An untrained model, seeded."""
    spec = registry().find("models", "seq2seq")
    given = {**SMALL, **options}
    chosen = replace(options_class(spec, given)(), **given)
    torch.manual_seed(7)
    return load(spec.build)(chosen, load(spec.facts).gather(pairs(), chosen, "en", "de"))


@cache
def trained():
    """A model that has learnt the toy language in a few seconds."""
    model, examples = tiny(hidden=48, embedding_size=32), pairs(400)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for step in range(120):
        torch.manual_seed(step)
        batch = model.collate(Random(step).sample(examples, 64), batch_seed(1, 0, step))
        optimizer.zero_grad()
        model(batch).mean.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step == 90:
            for group in optimizer.param_groups:
                group["lr"] = 0.002
    return model.eval()
