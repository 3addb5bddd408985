"""What an engine hands to a worker."""

from __future__ import annotations

from typing import NamedTuple

from seqkit.batch.units import Part


class Target(NamedTuple):
    """The output for one input."""

    name: str
    """Of the output, below the output folder."""
    packing: str
    """Suffix of how it is packed; "" where it is not."""


class Join(NamedTuple):
    """Give the outputs of a unit their own names."""

    unit: int
    rows: tuple[dict[str, object], ...]
    """Of its parts, in order."""
    targets: tuple[Target, ...]
    """One for each file of the unit."""
    fresh: bool
    """See `FormatSpec.join`."""
    again: int = 0


class Job(NamedTuple):
    """A part to work on, or outputs to join."""

    work: Part | Join
    attempt: int = 0
    """How many workers have died with it."""
