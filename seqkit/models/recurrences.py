"""Registered recurrences by name: `nn` is handed classes, and knows no plugin."""

from __future__ import annotations

from seqkit.errors import SeqkitError
from seqkit.extend.manager import load, registry
from seqkit.nn.recurrent import Recurrence


def recurrence_class(name: str) -> type[Recurrence]:
    """The class of the registered recurrence of that name, made as `layer(input_size, hidden_size)`.

    Raises SeqkitError for a name that no plugin offers, and for a class that is no recurrence.
    """
    reference = registry().find("recurrences", name).layer
    layer = load(reference)
    if not (isinstance(layer, type) and issubclass(layer, Recurrence)):
        problem = f"the recurrence '{name}': {reference} is no seqkit.nn.recurrent.Recurrence"
        raise SeqkitError(problem, "Tell the author of the plugin.")
    if layer.step is Recurrence.step and layer.forward is Recurrence.forward:
        problem = f"the recurrence '{name}': {reference} has neither `step` nor `forward`"
        raise SeqkitError(problem, "Tell the author of the plugin.")
    return layer
