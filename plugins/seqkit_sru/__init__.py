"""Simple recurrent unit: the layer and a tagger that uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """Two narrow layers, both directions: the fastest built-in tagger."""

    recurrence: str = "sru"
    layers: int = 2
    bidirectional: bool = True
    hidden: int = 128
    char_size: int = 32
    char_hidden: int = 50
    mixed: int = 160
    dropout: float = 0.25


@hookimpl
def seqkit_recurrences() -> Iterable[RecurrenceSpec]:
    """The layer `sru`."""
    yield RecurrenceSpec(
        "sru",
        layer="seqkit_sru.layer:SRU",
        numpy_form="seqkit_sru.layer_numpy:NumpySRU",
        summary="gates that depend on x_t alone; no matrix product with z_{t-1}",
    )


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `sru`."""
    yield ModelSpec(
        "sru",
        task="tagging",
        options=Options,
        build="seqkit.models.tagger:build",
        summary="simple recurrent units, both directions: fast",
    )
