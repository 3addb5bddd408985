"""focal: focal loss."""

from dataclasses import dataclass
from math import inf

from seqkit import ObjectiveSpec, hookimpl
from seqkit.config import check_range


@dataclass(frozen=True)
class Options:
    """Options of the objective; each is set by --set."""

    gamma: float = 2.0
    """How much less well-predicted labels weigh; 0 is the negative log-likelihood."""

    def __post_init__(self):
        check_range(self, 0, inf, "gamma")


@hookimpl
def seqkit_objectives():
    objective = "seqkit_focal.objective:Focal"
    yield ObjectiveSpec("focal", objective=objective, options=Options, summary="focal loss")
