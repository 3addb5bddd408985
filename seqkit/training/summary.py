"""Summarise a training before it begins: data, size of the network, options."""

from __future__ import annotations

import dataclasses
from textwrap import fill
from typing import Any

from seqkit.training.request import TrainingRequest
from seqkit.training.trainable import Trainable

WIDTH = 80


def summary(request: TrainingRequest, task: Trainable) -> str:
    """Data, weights, and every option with its value; lines of more than 80 columns are wrapped."""
    sources = request.sources
    data = sources.corpus or ", ".join(sources.train)
    batches = task.batches(request.training.batch_words, request.training.seed, 0)
    examples = sum(map(len, batches))
    weights = sum(parameter.numel() for parameter in task.model.parameters())
    lines = [
        f"data      {data}: {examples:,} examples in {len(batches):,} batches an epoch",
        f"model     {sources.model}: {weights:,} weights",
        f"options   {_options(request.model)}",
        f"training  {_options(request.training)}",
    ]
    # Long paths are not broken.
    return "\n".join(
        fill(line, WIDTH, subsequent_indent=" " * 10, break_long_words=False, break_on_hyphens=False)
        for line in lines
    )


def _options(section: Any) -> str:
    """Options in the form of `--set`, without unset ones."""
    values = {field.name: getattr(section, field.name) for field in dataclasses.fields(section)}
    return " ".join(
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in values.items()
        if value not in (None, "", ())
    )
