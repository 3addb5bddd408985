"""Which third-party plugin has a part in an error, and what it may be said to have done wrong."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from types import FrameType

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


def _modules(frame: FrameType) -> Iterator[str]:
    """The module of a frame's code, and that of the class of the object whose method it runs."""
    yield str(frame.f_globals.get("__name__", ""))
    if "self" in frame.f_locals:
        yield type(frame.f_locals["self"]).__module__
