"""The default of the field `options` of records."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoOptions:
    """The options of a record without options."""
