"""The references of a record: its fields of the form `"module:attribute"`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from seqkit.extend.checks import REFERENCES


def references_of(spec: Any) -> list[tuple[str, str]]:
    """Each field of a record that names an implementation, and its value; empty fields are left out."""
    named = [(one.name, getattr(spec, one.name)) for one in fields(spec) if one.name in REFERENCES]
    return [(name, reference) for name, reference in named if reference]
