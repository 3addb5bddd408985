"""Implements a hook that does not exist."""

from seqkit import hookimpl


@hookimpl
def seqkit_recurences():
    yield None
