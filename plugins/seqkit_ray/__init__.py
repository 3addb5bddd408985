"""The engine `ray`: parts of a batch on the nodes of a Ray cluster (extra `ray`). Imports no Ray."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from seqkit import EngineSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class RayOptions:
    """Options of the engine: the cluster, and the resources of a worker."""

    address: str = ""
    """Address of the cluster: auto, HOST:PORT or ray://HOST:PORT. Default: a cluster on this machine for this run."""
    worker_cpus: float = 1.0
    """CPUs that a worker reserves; less if the cluster has fewer."""

    def __post_init__(self) -> None:
        """Raise SeqkitError for a value out of range."""
        check_range(self, 0.01, 1024, "worker_cpus")


@hookimpl
def seqkit_engines() -> Iterable[EngineSpec]:
    """The engine `ray`."""
    yield EngineSpec(
        "ray",
        engine="seqkit_ray.engine:RayEngine",
        options=RayOptions,
        summary="the nodes of a Ray cluster (extra: ray)",
    )
