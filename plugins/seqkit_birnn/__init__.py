"""A bidirectional recurrent tagger: two independent chains, joined at the output only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import ModelSpec, TaggerOptions, hookimpl


@dataclass(frozen=True)
class Options(TaggerOptions):
    """One layer, both directions."""

    recurrence: str = "rnn"
    bidirectional: bool = True


@hookimpl
def seqkit_models() -> Iterable[ModelSpec]:
    """The model `birnn`."""
    yield ModelSpec(
        "birnn",
        task="tagging",
        options=Options,
        build="seqkit.models.tagger:build",
        summary="two independent chains, one from each end",
    )
