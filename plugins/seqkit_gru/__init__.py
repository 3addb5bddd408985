"""Gated recurrent unit: the layer and a tagger that uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """Two layers, both directions."""

    recurrence: str = "gru"
    layers: int = 2
    bidirectional: bool = True


@hookimpl
def seqkit_recurrences() -> Iterable[RecurrenceSpec]:
    """The layer `gru`."""
    yield RecurrenceSpec(
        "gru",
        layer="seqkit_gru.layer:GRU",
        numpy_form="seqkit_gru.layer_numpy:NumpyGRU",
        summary="two gates, no memory cell",
    )


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `gru`."""
    yield ModelSpec(
        "gru",
        task="tagging",
        options=Options,
        build="seqkit.models.tagger:build",
        summary="two gates, any depth, either direction",
    )
