"""The jobs that an engine sends to workers."""

from __future__ import annotations

from typing import NamedTuple

from seqkit.batch.units import Part


class Target(NamedTuple):
    """The output for one input."""

    name: str
    """Path below the output folder."""
    packing: str
    """Suffix of the compression format; "" if the output is not compressed."""


class Join(NamedTuple):
    """The job of joining the outputs of a unit's parts into its final files."""

    unit: int
    """Number of the unit."""
    rows: tuple[dict[str, object], ...]
    """The ledger's rows of the parts, in order."""
    targets: tuple[Target, ...]
    """The output for each file of the unit."""
    fresh: bool
    """See `FormatSpec.join`."""
    again: int = 0
    """As in `Part`."""


class Job(NamedTuple):
    """A part to process, or outputs to join."""

    work: Part | Join
    attempt: int = 0
    """Number of workers that have died during the job."""
