"""The plugin host: finds plugins by entry point, asks each one for its records, and loads what they name.

One plugin's fault never stops another: it is caught, named in `Registry.failures`, and the rest goes on.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pluggy

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend import hookspecs
from seqkit.extend.checks import REFERENCES, fault_of_record
from seqkit.extend.registry import GROUP, KINDS, Failure, Plugin, Registered, Registry

_COLLECTING = threading.RLock()
STRANGERS_FAULT = (Exception, SystemExit)
"""What a stranger's module may raise when it is imported or asked."""


def load(reference: str) -> Any:
    """What `"module:attr"` names. SeqkitError where it cannot be imported or found."""
    module, _, attribute = reference.partition(":")
    try:
        found = sys.modules.get(module)
        if found is None:
            with _COLLECTING, redirect_stdout(sys.stderr):  # stdout is for data, whatever strangers print
                found = importlib.import_module(module)
        return functools.reduce(getattr, attribute.split("."), found)
    except STRANGERS_FAULT as error:
        raise SeqkitError(
            f"{reference} cannot be loaded: {_describe(error)}", "Mend or reinstall the plugin that names it."
        ) from error


def plugin_of(error: BaseException) -> Registered | None:
    """Something that the third-party plugin offers in whose code an error came up; None where none had a part in it."""
    if not registry.cache_info().currsize:
        return None  # no plugin was loaded
    everything = [registered for kind in KINDS for registered in registry().all(kind)]
    # Who offers a package's code: a stranger's record may name code of seqkit's, which stays seqkit's.
    owner = {
        root: registered
        for registered in everything
        if not registered.builtin
        for root in _packages(registered)
    }
    ours = {root for registered in everything if registered.builtin for root in _packages(registered)} | {
        "seqkit"
    }
    frames = [frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__)]
    roots = [name.partition(".")[0] for name in reversed(frames)]
    return next((owner[root] for root in roots if root in owner and root not in ours), None)


def _packages(registered: Registered) -> set[str]:
    """The packages in which the code lies that a record names."""
    references = [getattr(registered.spec, field, None) for field in REFERENCES]
    return {reference.partition(":")[0].partition(".")[0] for reference in references if reference}


def package_folder(name: str, reference: str) -> Path:
    """The folder that `"package:path/inside"` names. SeqkitError, naming what it is for, where it cannot be found."""
    package, _, inside = reference.partition(":")
    try:
        found = find_spec(package)
    except STRANGERS_FAULT:
        found = None
    if found is None or not found.submodule_search_locations:
        raise SeqkitError(
            f"{name}: the package {package} that ships it is not installed", f"pip install {package}"
        )
    return Path(next(iter(found.submodule_search_locations))) / inside


@functools.cache
def registry() -> Registry:
    """What the installed plugins offer, collected once a process (`registry.cache_clear()` forgets it)."""
    found = Registry()
    # Of two threads that send strangers' prints elsewhere at once, each would put back what the other had put there.
    with _COLLECTING:
        hosts = [pair for plugin, entry in _chosen(found) for pair in _register(plugin, entry, found)]
        found.plugins = [plugin for plugin, _ in hosts]
        for kind in KINDS:
            answers = [_ask(plugin, host, kind, found.fail) for plugin, host in hosts]
            found.resolve(kind, itertools.chain.from_iterable(answers))
    return found


def _chosen(found: Registry) -> list[tuple[Plugin, EntryPoint]]:
    """The entry points to load, sorted by name: all, or the built-in ones and those SEQKIT_PLUGINS names."""
    entries = [(_origin(entry), entry) for entry in entry_points(group=GROUP)]
    entries.sort(key=lambda pair: (pair[0].plugin, pair[0].distribution))
    wanted = os.environ.get("SEQKIT_PLUGINS")
    if wanted is None:
        return entries
    names = {name.strip() for name in wanted.split(",")} - {""}
    known = {plugin.plugin for plugin, _ in entries}
    for name in sorted(names - known):
        reason = f"SEQKIT_PLUGINS names it, but it is not installed. {did_you_mean(name, known)}"
        found.failures.append(Failure(name, "", reason))
    return [(plugin, entry) for plugin, entry in entries if plugin.builtin or plugin.plugin in names]


def _origin(entry: EntryPoint) -> Plugin:
    """Who brings this entry point."""
    if entry.dist is None:
        return Plugin(entry.name, "", "")
    metadata = entry.dist.metadata
    return Plugin(entry.name, metadata["Name"], metadata["Version"])


def _register(
    plugin: Plugin, entry: EntryPoint, found: Registry
) -> Iterator[tuple[Plugin, pluggy.PluginManager]]:
    """The plugin in a pluggy manager of its own, where its hooks can be checked and called alone."""
    host = pluggy.PluginManager(GROUP)
    host.add_hookspecs(hookspecs)
    try:
        with redirect_stdout(sys.stderr):  # stdout is for data, whatever strangers print
            host.register(entry.load(), entry.name)
        host.check_pending()
    except pluggy.PluginValidationError as error:
        known = ", ".join(f"seqkit_{kind}" for kind in KINDS)
        found.fail(plugin, f"{_describe(error)}. Known hooks: {known}.")
    except STRANGERS_FAULT as error:
        found.fail(plugin, f"cannot be imported: {_describe(error)}")
    else:
        yield plugin, host


def _ask(
    plugin: Plugin, host: pluggy.PluginManager, kind: str, fail: Callable[[Plugin, str], None]
) -> Iterator[Registered]:
    """The plugin's records of one kind: all that its hook yields, or none where the hook fails."""
    record_type = KINDS[kind][0]
    try:
        with redirect_stdout(sys.stderr):
            records = [record for answer in getattr(host.hook, f"seqkit_{kind}")() for record in answer]
    except STRANGERS_FAULT as error:
        fail(plugin, f"its hook seqkit_{kind} failed: {_describe(error)}")
        return
    for record in records:
        reason = fault_of_record(record, record_type)
        if reason:
            fail(plugin, f"its hook seqkit_{kind} yielded {reason}")
        else:
            yield Registered(plugin.plugin, plugin.distribution, plugin.version, record)


def _describe(error: BaseException) -> str:
    """An exception in one line."""
    reason = " ".join(str(error).split())
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__
