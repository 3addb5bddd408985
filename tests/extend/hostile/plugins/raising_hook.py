"""Raises an error in its hook, after the first record."""

from seqkit import RecurrenceSpec, hookimpl


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("begun", layer="os:path")
    raise RuntimeError("the disk is on fire")
