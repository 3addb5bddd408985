"""Writes to standard output when it is imported, and at every step of its layer."""

import os

from seqkit import RecurrenceSpec, hookimpl

print("printed at import")
os.write(1, b"written at import\n")


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("chatty", layer="chatty_layer:Chatty")
