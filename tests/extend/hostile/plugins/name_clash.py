"""Claims the name of a built-in layer, and the suffix of a built-in format."""

from seqkit import FormatSpec, RecurrenceSpec, hookimpl


@hookimpl
def seqkit_recurrences():
    yield RecurrenceSpec("lstm", layer="os:path")


@hookimpl
def seqkit_formats():
    yield FormatSpec("mine", (".conllu",), writer="os:path")
