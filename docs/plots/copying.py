"""A copying task that shows how much a state of fixed size can hold.

The model is the one that `seqkit train seq2seq` trains, on text; only the sentences are made up.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import torch

from seqkit.decoding.options import DecodingOptions
from seqkit.examples import Pair
from seqkit.extend.manager import load, registry
from seqkit.inference.generation import generate
from seqkit.models.options import options_class

LETTERS = "abcdefgh"
LONGEST = 16
"""Maximum letters of a training sentence."""
OPTIONS = {
    "recurrence": "gru",
    "embedding_size": 32,
    "vocab_size": 60,
    "bidirectional": False,
    "dropout": 0.0,
    "sampling": 0.0,
}
UPDATES, BATCH, RATE = 900, 64, 0.005


def sentences(count: int, seed: int, longest: int = LONGEST, shortest: int = 1) -> list[Pair]:
    """Pairs of equal random letters as source and target."""
    random = Random(seed)
    texts = [" ".join(random.choices(LETTERS, k=random.randint(shortest, longest))) for _ in range(count)]
    return [Pair({"text": text}, text) for text in texts]


def model_with(attention: str, hidden: int) -> Any:
    """Create an untrained model from a seed."""
    spec = registry().find("models", "seq2seq")
    given = {**OPTIONS, "attention": attention, "hidden": hidden}
    options = replace(options_class(spec, given)(), **given)
    torch.manual_seed(0)
    return load(spec.build)(options, load(spec.facts).gather(sentences(500, seed=1), options, "xx", "xx"))


def losses(model: Any, updates: int = UPDATES) -> list[float]:
    """Train the model on new sentences in each step. Returns the negative log-likelihood per letter of each step."""
    optimizer, values = torch.optim.Adam(model.parameters(), lr=RATE), []
    for update in range(updates):
        for group in optimizer.param_groups:
            group["lr"] = RATE * (1 - update / updates)
        loss = model.train()(model.collate(sentences(BATCH, seed=1000 + update)))
        optimizer.zero_grad()
        loss.mean.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        values.append(float(loss.counts.nll / loss.counts.steps))
    return values


def copied(model: Any, length: int, count: int = 100) -> float:
    """Share of output letters that are right at their position, for new sentences of one length."""
    pairs = sentences(count, seed=-length, longest=length, shortest=length)
    outputs = generate([model], [pair.sources for pair in pairs], DecodingOptions(beam=1))
    right = 0
    for pair, (best,) in zip(pairs, outputs, strict=True):
        written = best.value.split()
        right += sum(a == b for a, b in zip(pair.target.split(), written, strict=False))
    return right / (count * length)
