"""Implements a hook that there is not."""

from seqkit import hookimpl


@hookimpl
def seqkit_recurences():
    yield None
