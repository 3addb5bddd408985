"""Find the third-party plugin in whose code an error was raised."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from seqkit.errors import PluginError, SeqkitError, lacks_memory
from seqkit.extend.isolation import describe
from seqkit.extend.manager import owner_of
from seqkit.extend.registry import Plugin


def plugin_of(error: BaseException) -> Plugin | None:
    """Return the third-party plugin in whose code an error was raised, or None.

    Methods that a plugin's class inherits from seqkit count as the plugin's code.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    modules = (module for frame in reversed(frames) for module in _modules(frame))
    owners = (owner_of(module) for module in modules)
    return next((owner for owner in owners if owner is not None and not owner.builtin), None)


@contextmanager
def faults_named() -> Iterator[None]:
    """A context in which exceptions from the code of a third-party plugin become a PluginError with file and line.

    SeqkitError, OSError and failed allocations propagate unchanged, because commands report them.
    """
    try:
        yield
    except Exception as error:
        fault = named(error)
        if fault is error or not isinstance(fault, PluginError):
            raise
        raise fault from error


def named(error: BaseException) -> Exception:
    """Return the exception to report for an error of this or another process.

    Returns SeqkitError, OSError and failed allocations unchanged; a PluginError with file and line for errors in the
    code of a third-party plugin; else a RuntimeError with its location.
    """
    if isinstance(error, SeqkitError | OSError | MemoryError):
        return error
    owner = None if lacks_memory(error) else plugin_of(error)
    calls = traceback.walk_tb(error.__traceback__)
    *_, (frame, line) = [(frame, line) for frame, line in calls if owner is None or _is_of(frame, owner)]
    where = f"{describe(error)} ({os.path.basename(frame.f_code.co_filename)}, line {line})"
    if owner is None:
        return RuntimeError(where)
    return PluginError(f"{owner.display_name}: {where}", "Tell the author of the plugin.")


def _is_of(frame: FrameType, owner: Plugin) -> bool:
    return any(owner_of(module) == owner for module in _modules(frame))


def _modules(frame: FrameType) -> Iterator[str]:
    """The module of a frame's code, and that of the class of the object whose method it runs."""
    yield str(frame.f_globals.get("__name__", ""))
    if "self" in frame.f_locals:
        yield type(frame.f_locals["self"]).__module__
