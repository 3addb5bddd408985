"""Long short-term memory: the layer and a tagger that uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """Two layers, both directions: the most accurate built-in tagger."""

    recurrence: str = "lstm"
    layers: int = 2
    bidirectional: bool = True


@hookimpl
def seqkit_recurrences() -> Iterable[RecurrenceSpec]:
    """The layer `lstm`."""
    yield RecurrenceSpec(
        "lstm",
        layer="seqkit_lstm.layer:LSTM",
        numpy_form="seqkit_lstm.layer_numpy:NumpyLSTM",
        summary="memory cells and gates",
    )


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `lstm`."""
    yield ModelSpec(
        "lstm",
        task="tagging",
        options=Options,
        build="seqkit.models.tagger:build",
        summary="memory cells and gates, any depth, either direction",
    )
