"""lion: an optimizer."""

from dataclasses import dataclass
from math import inf

from seqkit import OptimizerSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class Options:
    """Options of the optimizer; each is set by --set."""

    decay: float = 0.0
    """Decoupled weight decay."""

    def __post_init__(self):
        check_range(self, 0, inf, "decay")


@hookimpl
def seqkit_optimizers():
    build = "seqkit_lion.optimizer:build"
    yield OptimizerSpec("lion", build=build, options=Options, summary="Lion")
