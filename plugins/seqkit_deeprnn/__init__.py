"""A deep recurrent tagger: the states of one layer are the inputs of the next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """Three layers, left to right."""

    recurrence: str = "rnn"
    layers: int = 3


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `deeprnn`."""
    yield ModelSpec(
        "deeprnn",
        task="tagging",
        options=Options,
        build="seqkit.models.tagger:build",
        summary="stacked recurrent layers",
    )
