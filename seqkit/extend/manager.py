"""The plugin host: find plugins by entry point, collect their records, and load their implementations.

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
"""The hooks, without the other names of their module, which pluggy would inspect for each plugin."""
HOOK_NAMES = [f"seqkit_{kind}" for kind in KINDS]


def load(reference: str) -> Any:
    """Load the object that `"module:attr"` names. Raises SeqkitError if the module or attribute cannot be loaded."""
    module, _, attribute = reference.partition(":")
    try:
        # Unlike `sys.modules`, `import_module` waits for another thread that is importing the module.
        imported = importlib.import_module(module) if module in sys.modules else _imported(module)
        return functools.reduce(getattr, attribute.split("."), imported)
    except OF_THE_USER:
        raise
    except BaseException as error:
        owner = owner_of(module)
        plugin = f"the {owner.display_name}, which names it" if owner else "the plugin that names it"
        raise SeqkitError(
            f"{reference} cannot be loaded: {describe(error)}", f"Repair or reinstall {plugin}."
        ) from error


def _imported(module: str) -> Any:
    """Import a module, with its output redirected and the state of the process restored."""
    owner = owner_of(module)
    if owner.builtin if owner else module.partition(".")[0] in COMMON_PACKAGES:
        return importlib.import_module(module)
    name = owner.display_name if owner else module
    # The lock also protects `isolated`, which redirects standard output for the whole process.
    with _COLLECTING, isolated(name, "importing") as changed:
        imported = importlib.import_module(module)
    if changed:
        print(f"seqkit: {name} {_changes(changed)} during the import of {module}", file=sys.stderr)
    return imported


def owner_of(module: str) -> Plugin | None:
    """Return the plugin of a module; None for seqkit's modules, and before plugins are collected."""
    if not registry.cache_info().currsize:
        return None
    return registry().owners.get(module.partition(".")[0])


def package_folder(name: str, reference: str) -> Path:
    """Return the folder of `"package:path/inside"`. Raises SeqkitError if the package is not installed.

    Args: name, of the corpus or model in the folder, for the message.
    """
    package, _, inside = reference.partition(":")
    try:
        spec = find_spec(package)
    except OF_THE_USER:
        raise
    except BaseException:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise SeqkitError(f"{name}: the package {package} that ships it is not installed", _reinstall(name))
    return Path(next(iter(spec.submodule_search_locations))) / inside


def _reinstall(name: str) -> str:
    """The fix for a missing package of a corpus or model. It names the distribution, because pip knows no modules."""
    offers = (registered for kind in ("corpora", "pretrained") for registered in registry().all(kind))
    owner = next((registered for registered in offers if registered.spec.name == name), None)
    return f"Reinstall {owner.distribution}, or tell its author." if owner else "Tell the plugin's author."


@functools.cache
def registry() -> Registry:
    """Collect the records of the installed plugins, once per process (`registry.cache_clear()` resets it)."""
    collected = Registry()
    # redirect_stdout is not thread-safe: two threads would restore each other's redirection.
    with _COLLECTING:
        hosts = [pair for plugin, entry in _chosen(collected) for pair in _register(plugin, entry, collected)]
        collected.plugins = [plugin for plugin, _ in hosts]
        for kind in KINDS:
            records = [_records(plugin, host, kind, collected.fail) for plugin, host in hosts]
            collected.resolve(kind, itertools.chain.from_iterable(records))
    return collected


def _chosen(collected: Registry) -> list[tuple[Plugin, EntryPoint]]:
    """The entry points to load, sorted by name: all, or the built-in ones and those that `extend.allowed` names."""
    collected.installed = entry_points()
    plugin_entries = collected.installed.select(group=GROUP)
    # Parsing the metadata of a distribution is slow: do it once for all its plugins.
    distributions = {id(entry.dist): entry.dist for entry in plugin_entries if entry.dist is not None}
    versions = {key: (one.metadata["Name"], one.metadata["Version"]) for key, one in distributions.items()}
    entries = [
        (Plugin(entry.name, *versions.get(id(entry.dist), ("", ""))), entry) for entry in plugin_entries
    ]
    entries.sort(key=lambda pair: (pair[0].plugin, pair[0].distribution))
    files = _files(collected)
    names = _allowed(collected)
    if names is None:
        return entries + files
    known = {plugin.plugin for plugin, _ in entries}
    for name in sorted(names - known):
        reason = f"{allow_list_source()} names it, but it is not installed. {did_you_mean(name, known)}"
        collected.failures.append(Failure(name, "", reason))
    chosen = [(plugin, entry) for plugin, entry in entries if plugin.builtin or plugin.plugin in names]
    return chosen + files


def _files(collected: Registry) -> list[tuple[Plugin, EntryPoint]]:
    """The plugin files of this process, which need no entry in the allow-list."""
    try:
        entries = entry_points_of_files()
    except SeqkitError as error:
        collected.failures.append(Failure(OPTION, "", f"{error.problem}. {error.fix}"))
        return []
    if entries:
        install_finder()
    return [(Plugin(entry.name, file, version), entry) for file, version, entry in entries]


def _allowed(collected: Registry) -> frozenset[str] | None:
    """The third-party plugins that may be imported; an empty set if the list cannot be read."""
    try:
        return allowed_plugins()
    except SeqkitError as error:
        collected.failures.append(
            Failure("every third-party plugin", "", f"is not loaded: {error.problem}. {error.fix}")
        )
        return frozenset()


def _register(
    plugin: Plugin, entry: EntryPoint, collected: Registry
) -> Iterator[tuple[Plugin, pluggy.PluginManager]]:
    """Register a plugin in a separate pluggy manager, so that its hooks are checked and called independently."""
    host = pluggy.PluginManager(GROUP)
    host.add_hookspecs(HOOKS)
    collected.modules[entry.module.partition(".")[0]] = plugin
    try:
        module = _in_isolation(plugin, "importing", entry.load, collected.fail)
        for fault in () if plugin.builtin else faults_of_module(module, HOOK_NAMES):
            collected.fail(plugin, fault)
        if refused(module):
            return
        host.register(module, entry.name)
        host.check_pending()
    except OF_THE_USER:
        raise
    except pluggy.PluginValidationError as error:
        known = ", ".join(f"seqkit_{kind}" for kind in KINDS)
        collected.fail(plugin, f"{describe(error)}. Known hooks: {known}.")
    except BaseException as error:
        collected.fail(plugin, f"cannot be imported: {describe(error)}")
    else:
        yield plugin, host


def _records(
    plugin: Plugin, host: pluggy.PluginManager, kind: str, fail: Callable[[Plugin, str], None]
) -> Iterator[Registered]:
    """Yield the plugin's records of one kind: all that its hook yields, or none if the hook fails."""
    record_type, hook = KINDS[kind][0], getattr(host.hook, f"seqkit_{kind}")
    if not hook.get_hookimpls():
        return
    try:
        records = _in_isolation(
            plugin, "calling a hook of", lambda: [record for result in hook() for record in result], fail
        )
    except OF_THE_USER:
        raise
    except BaseException as error:
        fail(plugin, f"its hook seqkit_{kind} failed: {describe(error)}")
        return
    for record in records:
        # Tests check the records of built-in plugins: a check here would prolong the start of every command by a tenth.
        reason = "" if plugin.builtin else fault_of_record(record, record_type)
        if reason:
            fail(plugin, f"its hook seqkit_{kind} yielded {reason}")
        else:
            yield Registered(plugin.plugin, plugin.distribution, plugin.version, record)


def _in_isolation(
    plugin: Plugin, doing: str, run: Callable[[], Any], fail: Callable[[Plugin, str], None]
) -> Any:
    """Call `run`, in isolation if it is third-party code; changes of the process's state are recorded as a failure."""
    if plugin.builtin:
        return run()
    with isolated(plugin.display_name, doing) as changed:
        result = run()
    if changed:
        fail(plugin, f"{_changes(changed)} at import")
    return result


def _changes(changed: list[str]) -> str:
    return f"changed {', '.join(changed)} (restored)"
