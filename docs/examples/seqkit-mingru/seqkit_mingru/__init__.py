"""minGRU: the layer and a tagger that uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """Two layers, both directions."""

    recurrence: str = "mingru"
    layers: int = 2
    bidirectional: bool = True


@hookimpl
def seqkit_recurrences() -> Iterable[RecurrenceSpec]:
    """The layer `mingru`."""
    yield RecurrenceSpec(
        "mingru", layer="seqkit_mingru.layer:MinGRU", summary="one gate, which reads x_t alone"
    )


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `mingru`."""
    yield ModelSpec("mingru", task="tagging", options=Options, build="seqkit.models.tagger:build")
