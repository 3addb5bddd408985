"""Yields a dict, and a record whose name is a number."""

from seqkit import RecurrenceSpec, hookimpl


@hookimpl
def seqkit_recurrences():
    yield {"name": "a dict"}
    yield RecurrenceSpec(7, layer="os:path")
