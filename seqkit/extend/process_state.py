"""Restore process state that the import of a plugin must not change: threads, dtypes, random state, working folder.

It does not import the libraries whose state it restores.
"""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, NamedTuple


class Setting(NamedTuple):
    """One part of the state of a module; `read` takes the module, `write` also a value. Values compare by ==."""

    name: str
    """Description for messages."""
    module: str
    read: Callable[[Any], Any]
    write: Callable[[Any, Any], object]


def _numpy_state(random: Any) -> tuple[Any, ...]:
    kind, key, *rest = random.get_state()
    return (kind, key.tolist(), *rest)


def _torch_state(torch: Any) -> bytes:
    return bytes(torch.get_rng_state().numpy())


def _write_torch_state(torch: Any, state: bytes) -> None:
    torch.set_rng_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))


def _folder(system: Any) -> str | None:
    with suppress(OSError):  # the folder was deleted
        return str(system.getcwd())
    return None


def _write_folder(system: Any, folder: str | None) -> None:
    if folder is not None:
        with suppress(OSError):
            system.chdir(folder)


SETTINGS = (
    Setting("the working folder", "os", _folder, _write_folder),
    Setting("Python's random state", "random", lambda m: m.getstate(), lambda m, v: m.setstate(v)),
    Setting("numpy's random state", "numpy.random", _numpy_state, lambda m, v: m.set_state(v)),
    Setting("torch's random state", "torch", _torch_state, _write_torch_state),
    Setting("torch's threads", "torch", lambda m: m.get_num_threads(), lambda m, v: m.set_num_threads(v)),
    Setting(
        "torch's default dtype", "torch", lambda m: m.get_default_dtype(), lambda m, v: m.set_default_dtype(v)
    ),
    Setting(
        "torch's default device",
        "torch",
        lambda m: m.get_default_device(),
        lambda m, v: m.set_default_device(v),
    ),
    Setting(
        "torch's gradient mode", "torch", lambda m: m.is_grad_enabled(), lambda m, v: m.set_grad_enabled(v)
    ),
    Setting(
        "torch's deterministic mode",
        "torch",
        lambda m: m.get_deterministic_debug_mode(),
        lambda m, v: m.set_deterministic_debug_mode(v),
    ),
)


@contextmanager
def state_kept() -> Iterator[list[str]]:
    """A context that restores every setting at its end. Yields a list that then contains the names of changed settings.

    A library that is first imported within the block is restored to its state right after its import.
    """
    before: dict[Setting, Any] = {}
    changed: list[str] = []
    _read(before, sys.modules)
    watch = _Watch({setting.module for setting in SETTINGS} - sys.modules.keys(), before)
    sys.meta_path.insert(0, watch)
    try:
        yield changed
    finally:
        sys.meta_path.remove(watch)
        changed += [setting.name for setting in SETTINGS if setting in before and _restore(setting, before)]


def _read(values: dict[Setting, Any], modules: Any) -> None:
    """Add the settings of loaded modules to `values`."""
    for setting in SETTINGS:
        if setting.module in modules:
            values[setting] = setting.read(sys.modules[setting.module])


def _restore(setting: Setting, before: dict[Setting, Any]) -> bool:
    """Restore a setting if it has changed. Returns whether it had."""
    module = sys.modules.get(setting.module)
    if module is None or setting.read(module) == before[setting]:
        return False
    setting.write(module, before[setting])
    return True


class _Watch(importlib.abc.MetaPathFinder):
    """Reads the settings of a library right after its import."""

    def __init__(self, modules: set[str], values: dict[Setting, Any]) -> None:
        self._modules, self._values = modules, values

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec that other finders give, with a loader that reads the settings after the import."""
        if fullname not in self._modules:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: ModuleType) -> None:
            execute(module)
            _read(self._values, {fullname})

        # Patch the existing loader: a wrapper would lack its other methods.
        spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec
