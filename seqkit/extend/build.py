"""Create the implementations that records name, and report contract violations with the name of the plugin."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from seqkit.errors import PluginError
from seqkit.extend.manager import load, registry
from seqkit.extend.registry import Plugin
from seqkit.extend.specs import ModelSpec, TaskSpec

MAKERS = {
    "recurrences": "layer",
    "objectives": "objective",
    "metrics": "metric",
    "tasks": "implementation",
}
"""Kind of record -> the field that names its implementation, if not `build`."""
FIX = "Tell the author of the plugin, or use another version of it."


def build(kind: str, name: str, *arguments: Any) -> Any:
    """Call the `build` of a record, or the implementation in the field that MAKERS names.

    Raises PluginError if the callable does not accept these arguments or returns None, and SeqkitError for an unknown
    name.
    """
    registered = registry().registered(kind, name)
    reference = getattr(registered.spec, MAKERS.get(kind, "build"))
    make = load(reference)
    check_takes(make, arguments, registered, reference)
    made = make(*arguments)
    if made is None:
        raise PluginError(f"{registered.display_name}: {reference} returns None for '{name}'", FIX)
    return made


def build_as(base: type, kind: str, name: str, *arguments: Any) -> Any:
    """Like `build`. Raises PluginError also if the result is not an instance of `base`, the contract."""
    made = build(kind, name, *arguments)
    if not isinstance(made, base):
        registered = registry().registered(kind, name)
        reference = getattr(registered.spec, MAKERS.get(kind, "build"))
        returns = f"{reference} returns a {type(made).__name__} for '{name}'"
        problem = f"{registered.display_name}: {returns}, not a {base.__module__}.{base.__name__}"
        raise PluginError(problem, FIX)
    return made


def class_of(base: Any, kind: str, name: str, called: str = "") -> Any:
    """Load the class that a record names. Raises PluginError if it is not a subclass of `base`, the contract.

    Args: called, the public name of the contract for messages, if it differs from the module of `base`.
    """
    registered = registry().registered(kind, name)
    reference = getattr(registered.spec, MAKERS[kind])
    cls = load(reference)
    fits = isinstance(cls, type) and issubclass(cls, base) and not inspect.isabstract(cls)
    if not fits or not all(callable(getattr(cls, method)) for method in base.__abstractmethods__):
        called = called or f"{base.__module__}.{base.__qualname__}"
        raise PluginError(f"{registered.display_name}: {reference} is not a {called}", FIX)
    return cls


def facts_class(spec: ModelSpec) -> Any:
    """Load the class of facts of a model, or of its task. Raises PluginError if neither record names one."""
    task: TaskSpec = registry().find("tasks", spec.task)
    reference = spec.facts or task.facts
    if reference is None:
        owner = registry().registered("models", spec.name).display_name
        problem = f"{owner}: the model '{spec.name}' names no facts, and the task '{spec.task}' has none"
        raise PluginError(problem, "Its author should name a class in ModelSpec.facts.")
    return load(reference)


def check_takes(make: Callable[..., Any], arguments: tuple[Any, ...], plugin: Plugin, reference: str) -> None:
    """Raise PluginError if a call with these arguments would fail. Callables without a signature are not checked."""
    try:
        signature = inspect.signature(make)
    except ValueError:
        return
    except TypeError:
        raise PluginError(f"{plugin.display_name}: {reference} cannot be called", FIX) from None
    try:
        signature.bind(*arguments)
    except TypeError as error:
        kinds = ", ".join(type(argument).__name__ for argument in arguments)
        problem = f"{plugin.display_name}: {reference}{signature} cannot be called with ({kinds}): {error}"
        raise PluginError(problem, FIX) from None
