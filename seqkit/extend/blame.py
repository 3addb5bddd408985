"""Which third-party plugin has a part in an error, and what it may be said to have done wrong."""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from seqkit.errors import PluginError, SeqkitError
from seqkit.extend.isolation import describe
from seqkit.extend.manager import owner_of
from seqkit.extend.registry import Plugin


def plugin_of(error: BaseException) -> Plugin | None:
    """The third-party plugin in whose code an error came up; None where none had a part in it.

    Code that a plugin's class inherits from seqkit counts as the plugin's.
    """
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    modules = (module for frame in reversed(frames) for module in _modules(frame))
    owners = (owner_of(module) for module in modules)
    return next((owner for owner in owners if owner is not None and not owner.builtin), None)


@contextmanager
def faults_named() -> Iterator[None]:
    """Raise PluginError, with file and line, in place of an exception that came up in a third-party plugin's code.

    SeqkitError, OSError and a lack of memory pass: commands report them.
    """
    try:
        yield
    except (SeqkitError, OSError, MemoryError):
        raise
    except Exception as error:
        owner = plugin_of(error)
        if owner is None or "can't allocate memory" in str(error):
            raise
        raise _fault_of(owner, error) from error


def as_fault(error: BaseException) -> Exception:
    """What another process is told of an exception: a PluginError where a plugin had a part in it, else its place."""
    owner = plugin_of(error)
    if owner is not None:
        return _fault_of(owner, error)
    frame, line = list(traceback.walk_tb(error.__traceback__))[-1]
    place = f"{os.path.basename(frame.f_code.co_filename)}, line {line}"
    return RuntimeError(f"in a worker process: {describe(error)} ({place})")


def _fault_of(owner: Plugin, error: BaseException) -> PluginError:
    frames = [(frame, line) for frame, line in traceback.walk_tb(error.__traceback__) if _is_of(frame, owner)]
    frame, line = frames[-1]
    place = f"{os.path.basename(frame.f_code.co_filename)}, line {line}"
    return PluginError(f"{owner.who}: {describe(error)} ({place})", "Tell the author of the plugin.")


def _is_of(frame: FrameType, owner: Plugin) -> bool:
    return any(owner_of(module) == owner for module in _modules(frame))


def _modules(frame: FrameType) -> Iterator[str]:
    """The module of a frame's code, and that of the class of the object whose method it runs."""
    yield str(frame.f_globals.get("__name__", ""))
    if "self" in frame.f_locals:
        yield type(frame.f_locals["self"]).__module__
