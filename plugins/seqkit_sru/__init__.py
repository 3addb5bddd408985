"""The simple recurrent unit: the layer and the tagger made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """Two layers, both directions, all of it narrow: the fastest tagger of the built-in ones."""

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
        summary="gates that see x_t alone; no product waits for z_{t-1}",
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
