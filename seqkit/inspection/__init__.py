"""Analyse trained models: gradients over distance, Lyapunov exponents, gates, attribution (`seqkit inspect`)."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import CommandSpec


@hookimpl
def seqkit_commands() -> Iterable[CommandSpec]:
    """The command `inspect`."""
    yield CommandSpec(
        "inspect",
        command="seqkit.inspection.command:inspect",
        summary="Analyse a model: gradients, gates, memory, attribution.",
    )
