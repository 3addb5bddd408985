"""Register the built-in engine through the plugin hook."""

from __future__ import annotations

from collections.abc import Iterable

from seqkit.extend.hookspecs import hookimpl
from seqkit.extend.specs import EngineSpec


@hookimpl
def seqkit_engines() -> Iterable[EngineSpec]:
    """The engine `local`."""
    yield EngineSpec(
        "local", engine="seqkit.batch.local:LocalEngine", summary="processes of this machine (the default)"
    )
