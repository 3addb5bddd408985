"""The plugin host: find plugins by entry point, collect their records, and load what these name.

A fault of one plugin does not affect others: it is caught and recorded in `Registry.failures`.
"""

from __future__ import annotations

import functools
import importlib
import itertools
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend import hookspecs
from seqkit.extend.allowed import allow_list_source, allowed_plugins
from seqkit.extend.api_version import faults_of_module, refused
from seqkit.extend.checks import fault_of_record
from seqkit.extend.files import OPTION, entry_points_of_files, install_finder
from seqkit.extend.isolation import OF_THE_USER, describe, isolated
from seqkit.extend.registry import COMMON_PACKAGES, GROUP, KINDS, Failure, Plugin, Registered, Registry

_COLLECTING = threading.RLock()
HOOKS = ModuleType("hooks")
vars(HOOKS).update({f"seqkit_{kind}": getattr(hookspecs, f"seqkit_{kind}") for kind in KINDS})
"""The hooks, without the other names of their module, which pluggy would look through for each plugin."""
HOOK_NAMES = [f"seqkit_{kind}" for kind in KINDS]


def load(reference: str) -> Any:
    """Load what `"module:attr"` names. Raises SeqkitError if it cannot be imported or found."""
    module, _, attribute = reference.partition(":")
    try:
        # `import_module` waits for a thread that is importing the module; `sys.modules` may have it incomplete.
        found = importlib.import_module(module) if module in sys.modules else _imported(module)
        return functools.reduce(getattr, attribute.split("."), found)
    except OF_THE_USER:
        raise
    except BaseException as error:
        owner = owner_of(module)
        named = f"the {owner.display_name}, which names it" if owner else "the plugin that names it"
        raise SeqkitError(
            f"{reference} cannot be loaded: {describe(error)}", f"Repair or reinstall {named}."
        ) from error


def _imported(module: str) -> Any:
    """Import a module, with its output redirected and the state of the process restored."""
    owner = owner_of(module)
    if owner.builtin if owner else module.partition(".")[0] in COMMON_PACKAGES:
        return importlib.import_module(module)
    name = owner.display_name if owner else module
    # The lock also protects `isolated`, which redirects standard output for the whole process.
    with _COLLECTING, isolated(name, "importing") as changed:
        found = importlib.import_module(module)
    if changed:
        print(f"seqkit: {name} {_changes(changed)} when {module} was imported", file=sys.stderr)
    return found


def owner_of(module: str) -> Plugin | None:
    """The plugin of a module; None for seqkit's modules, and if no plugin was loaded yet."""
    if not registry.cache_info().currsize:
        return None
    return registry().owners.get(module.partition(".")[0])


def package_folder(name: str, reference: str) -> Path:
    """The folder of `"package:path/inside"`. Raises SeqkitError with its purpose if it cannot be found."""
    package, _, inside = reference.partition(":")
    try:
        found = find_spec(package)
    except OF_THE_USER:
        raise
    except BaseException:
        found = None
    if found is None or not found.submodule_search_locations:
        raise SeqkitError(f"{name}: the package {package} that ships it is not installed", _reinstall(name))
    return Path(next(iter(found.submodule_search_locations))) / inside


def _reinstall(name: str) -> str:
    """The fix for a missing package of a corpus or model; the name of a module is not one that pip knows."""
    offers = (registered for kind in ("corpora", "pretrained") for registered in registry().all(kind))
    owner = next((registered for registered in offers if registered.spec.name == name), None)
    return f"Reinstall {owner.distribution}, or tell its author." if owner else "Tell the plugin's author."


@functools.cache
def registry() -> Registry:
    """The records of the installed plugins, collected once in a process (`registry.cache_clear()` resets it)."""
    found = Registry()
    # redirect_stdout is not thread-safe: two threads would restore each other's redirection.
    with _COLLECTING:
        hosts = [pair for plugin, entry in _chosen(found) for pair in _register(plugin, entry, found)]
        found.plugins = [plugin for plugin, _ in hosts]
        for kind in KINDS:
            answers = [_ask(plugin, host, kind, found.fail) for plugin, host in hosts]
            found.resolve(kind, itertools.chain.from_iterable(answers))
    return found


def _chosen(found: Registry) -> list[tuple[Plugin, EntryPoint]]:
    """The entry points to load, sorted by name: all, or the built-in ones and those that `extend.allowed` names."""
    found.installed = entry_points()
    own = found.installed.select(group=GROUP)
    # A distribution's metadata are parsed as a mail: once for all its plugins.
    distributions = {id(entry.dist): entry.dist for entry in own if entry.dist is not None}
    named = {key: (one.metadata["Name"], one.metadata["Version"]) for key, one in distributions.items()}
    entries = [(Plugin(entry.name, *named.get(id(entry.dist), ("", ""))), entry) for entry in own]
    entries.sort(key=lambda pair: (pair[0].plugin, pair[0].distribution))
    files = _files(found)
    names = _allowed(found)
    if names is None:
        return entries + files
    known = {plugin.plugin for plugin, _ in entries}
    for name in sorted(names - known):
        reason = f"{allow_list_source()} names it, but it is not installed. {did_you_mean(name, known)}"
        found.failures.append(Failure(name, "", reason))
    chosen = [(plugin, entry) for plugin, entry in entries if plugin.builtin or plugin.plugin in names]
    return chosen + files


def _files(found: Registry) -> list[tuple[Plugin, EntryPoint]]:
    """The plugins that the command line names as files; naming one allows it."""
    try:
        entries = entry_points_of_files()
    except SeqkitError as error:
        found.failures.append(Failure(OPTION, "", f"{error.problem}. {error.fix}"))
        return []
    if entries:
        install_finder()
    return [(Plugin(entry.name, file, version), entry) for file, version, entry in entries]


def _allowed(found: Registry) -> frozenset[str] | None:
    """The third-party plugins that may be imported; an empty set if the list cannot be read."""
    try:
        return allowed_plugins()
    except SeqkitError as error:
        found.failures.append(
            Failure("every third-party plugin", "", f"is left out: {error.problem}. {error.fix}")
        )
        return frozenset()


def _register(
    plugin: Plugin, entry: EntryPoint, found: Registry
) -> Iterator[tuple[Plugin, pluggy.PluginManager]]:
    """Register a plugin in a separate pluggy manager, so that its hooks are checked and called independently."""
    host = pluggy.PluginManager(GROUP)
    host.add_hookspecs(HOOKS)
    found.modules[entry.module.partition(".")[0]] = plugin
    try:
        module = _in_isolation(plugin, "importing", entry.load, found.fail)
        for fault in () if plugin.builtin else faults_of_module(module, HOOK_NAMES):
            found.fail(plugin, fault)
        if refused(module):
            return
        host.register(module, entry.name)
        host.check_pending()
    except OF_THE_USER:
        raise
    except pluggy.PluginValidationError as error:
        known = ", ".join(f"seqkit_{kind}" for kind in KINDS)
        found.fail(plugin, f"{describe(error)}. Known hooks: {known}.")
    except BaseException as error:
        found.fail(plugin, f"cannot be imported: {describe(error)}")
    else:
        yield plugin, host


def _ask(
    plugin: Plugin, host: pluggy.PluginManager, kind: str, fail: Callable[[Plugin, str], None]
) -> Iterator[Registered]:
    """The plugin's records of one kind: all that its hook yields, or none if the hook fails."""
    record_type, hook = KINDS[kind][0], getattr(host.hook, f"seqkit_{kind}")
    if not hook.get_hookimpls():
        return
    try:
        records = _in_isolation(
            plugin, "asking", lambda: [record for answer in hook() for record in answer], fail
        )
    except OF_THE_USER:
        raise
    except BaseException as error:
        fail(plugin, f"its hook seqkit_{kind} failed: {describe(error)}")
        return
    for record in records:
        # Those of built-in plugins are checked by the tests: here it would add a tenth to the start of every command.
        reason = "" if plugin.builtin else fault_of_record(record, record_type)
        if reason:
            fail(plugin, f"its hook seqkit_{kind} yielded {reason}")
        else:
            yield Registered(plugin.plugin, plugin.distribution, plugin.version, record)


def _in_isolation(
    plugin: Plugin, doing: str, run: Callable[[], Any], fail: Callable[[Plugin, str], None]
) -> Any:
    """Call `run`, isolated if it is third-party code; changes of the process's state are recorded as a failure."""
    if plugin.builtin:
        return run()
    with isolated(plugin.display_name, doing) as changed:
        found = run()
    if changed:
        fail(plugin, f"{_changes(changed)} at import")
    return found


def _changes(changed: list[str]) -> str:
    return f"changed {', '.join(changed)} (put back)"
