"""The jobs that an engine sends to workers."""

from __future__ import annotations

from typing import NamedTuple

from seqkit.batch.units import Part


class Target(NamedTuple):
    """The output for one input."""

    name: str
    """Path of the output below the output folder."""
    packing: str
    """Suffix of its compression format; "" if it is not compressed."""


class Join(NamedTuple):
    """Join the outputs of a unit's parts into its final files."""

    unit: int
    rows: tuple[dict[str, object], ...]
    """The ledger's rows of its parts, in order."""
    targets: tuple[Target, ...]
    """One for each file of the unit."""
    fresh: bool
    """See `FormatSpec.join`."""
    again: int = 0


class Job(NamedTuple):
    """A part to work on, or outputs to join."""

    work: Part | Join
    attempt: int = 0
    """How many workers have died during it."""
