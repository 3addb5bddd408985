"""The plain recurrent layer and a tagger that uses it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, RecurrenceSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """One chain, left to right."""

    recurrence: str = "rnn"


@hookimpl
def seqkit_recurrences() -> Iterable[RecurrenceSpec]:
    """The layer `rnn`."""
    yield RecurrenceSpec(
        "rnn",
        layer="seqkit_rnn.layer:RNN",
        numpy_form="seqkit_rnn.layer_numpy:NumpyRNN",
        summary="z_t = tanh(W x_t + U z_{t-1})",
    )


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `rnn`."""
    yield ModelSpec(
        "rnn",
        task="tagging",
        options=Options,
        build="seqkit.models.tagger:build",
        summary="one recurrent chain, left to right",
    )
