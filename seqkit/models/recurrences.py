"""Registered recurrences by name; `nn` receives their classes and does not depend on plugins."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

import torch

from seqkit.errors import PluginError
from seqkit.extend.build import FIX, build
from seqkit.extend.manager import load, registry
from seqkit.nn.layer_check import fault_of_layer
from seqkit.nn.recurrent import Recurrence

SIZES = 3, 4
"""Sizes of the layer for checking the class of a plugin."""


def recurrence_class(name: str) -> type[Recurrence]:
    """The class of a registered recurrence, created as `layer(input_size, hidden_size)`.

    Raises SeqkitError for an unknown name, and PluginError for a class that is not a recurrence, takes other arguments,
    or violates the contract on a short sequence.
    """
    registered = registry().registered("recurrences", name)
    reference = registered.spec.layer
    layer = load(reference)
    fault = ""
    if not (isinstance(layer, type) and issubclass(layer, Recurrence)):
        fault = f"{reference} is not a seqkit.nn.recurrent.Recurrence"
    elif layer.step is Recurrence.step and layer.forward is Recurrence.forward:
        fault = f"{reference} has neither `step` nor `forward`"
    elif not registered.builtin:
        fault = _fault_of(name, cast(Any, layer))
    if fault:
        raise PluginError(f"{registered.display_name}, recurrence '{name}': {fault}", FIX)
    return cast(type[Recurrence], layer)


@cache
def _fault_of(name: str, layer: Any) -> str:
    """Describe what is wrong with a small layer of a plugin's class; "" if nothing is. Restores the random state."""
    random = torch.get_rng_state()
    try:
        return fault_of_layer(cast(Recurrence, build("recurrences", name, *SIZES)))
    finally:
        torch.set_rng_state(random)
