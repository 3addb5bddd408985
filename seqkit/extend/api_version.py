"""The version of the plugin API, and checks of a plugin's module for errors that its import does not raise."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import ModuleType

from seqkit.errors import did_you_mean

PLUGIN_API = 1
"""The version of hooks, records and public modules. It increases when plugins must change.

A plugin may declare in its module the version for which it was written: `SEQKIT_PLUGIN_API = 1`."""
DECLARED = "SEQKIT_PLUGIN_API"


def faults_of_module(module: ModuleType, hooks: Iterable[str]) -> Iterator[str]:
    """Describe faults of a plugin's module: an invalid API version, and hooks without `@hookimpl`.

    Args: hooks, the names of the known hooks.
    """
    number = vars(module).get(DECLARED, PLUGIN_API)
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        yield f"{DECLARED} is {number!r}, not a number such as {PLUGIN_API}"
    elif number > PLUGIN_API:
        need = f"was written for the plugin API {number}, this seqkit has {PLUGIN_API}"
        yield f"{need}. Upgrade seqkit: pip install --upgrade seqkit"
    known = list(hooks)
    for name, value in vars(module).items():
        defined_here = inspect.isfunction(value) and value.__module__ == module.__name__
        if defined_here and name.startswith("seqkit_") and not hasattr(value, "seqkit_impl"):
            hint = "" if name in known else f" {did_you_mean(name, known)}"
            yield f"the function {name} is not a hook: write @hookimpl above it.{hint}"


def refused(module: ModuleType) -> bool:
    """Whether a plugin's module declares a newer API version."""
    number = vars(module).get(DECLARED, PLUGIN_API)
    return isinstance(number, int) and number > PLUGIN_API
