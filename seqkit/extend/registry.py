"""The registry: records by kind and name, with the plugin of each."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata
from typing import Any

from seqkit.errors import SeqkitError, did_you_mean, shortened
from seqkit.extend import specs
from seqkit.extend.allowed import allow_list_source, allowed_plugins
from seqkit.extend.checks import packages_named_by

GROUP = "seqkit"
"""The entry point group, and the name of the distribution whose plugins are built in."""

COMMON_PACKAGES = sys.stdlib_module_names | {"seqkit", "torch", "numpy", "spacy"}
"""Packages that records may name and that do not belong to a plugin."""

KINDS: dict[str, tuple[type, str]] = {
    "recurrences": (specs.RecurrenceSpec, "recurrence"),
    "models": (specs.ModelSpec, "model"),
    "tasks": (specs.TaskSpec, "task"),
    "commands": (specs.CommandSpec, "command"),
    "objectives": (specs.ObjectiveSpec, "objective"),
    "optimizers": (specs.OptimizerSpec, "optimizer"),
    "schedules": (specs.ScheduleSpec, "schedule"),
    "metrics": (specs.MetricSpec, "metric"),
    "encoders": (specs.EncoderSpec, "encoder"),
    "decoders": (specs.DecoderSpec, "decoder"),
    "formats": (specs.FormatSpec, "format"),
    "labels": (specs.LabelSpec, "kind of label"),
    "corpora": (specs.CorpusSpec, "corpus"),
    "engines": (specs.EngineSpec, "engine"),
    "pretrained": (specs.PretrainedSpec, "pretrained model"),
}
"""Kind of record -> its class, and its name in messages. The hook of a kind is `seqkit_<kind>`."""


@dataclass(frozen=True)
class Plugin:
    """A plugin, and the distribution that installed it."""

    plugin: str
    """Name of the entry point."""
    distribution: str
    version: str
    """Version of the distribution."""

    @property
    def builtin(self) -> bool:
        """Whether the plugin is part of seqkit."""
        return self.distribution == GROUP

    @property
    def display_name(self) -> str:
        """A description of the plugin for messages."""
        return f"plugin '{self.plugin}' of {self.distribution} {self.version}"


@dataclass(frozen=True)
class Registered(Plugin):
    """A record, with the plugin that registered it."""

    spec: Any


@dataclass(frozen=True)
class Failure:
    """A failure of one plugin; other parts of the plugin may work."""

    plugin: str
    distribution: str
    reason: str


class Registry:
    """The records of all plugins, by kind and name.

    A name that two third-party plugins register is not available; a built-in name belongs to the built-in plugin.
    """

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        """The loaded plugins, sorted by name."""
        self.failures: list[Failure] = []
        self.installed: Any = metadata.EntryPoints()
        """All entry points of all installed packages, read once."""
        self.modules: dict[str, Plugin] = {}
        """Top-level module of each plugin's entry point -> the plugin."""
        self._by_name: dict[str, dict[str, Registered]] = {kind: {} for kind in KINDS}
        self._contested: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}

    def find(self, kind: str, name: str) -> Any:
        """Return the record of a kind and name. Raises SeqkitError if none or two plugins register the name."""
        return self.registered(kind, name).spec

    def registered(self, kind: str, name: str) -> Registered:
        """Return the record with its plugin. Raises SeqkitError as `find`."""
        self.check_uncontested(kind, name)
        if name not in self._by_name[kind]:
            fix = did_you_mean(name, self._by_name[kind]) + self.faults
            raise SeqkitError(f"there is no {KINDS[kind][1]} named '{shortened(name)}'", fix, exit_code=2)
        return self._by_name[kind][name]

    @property
    def faults(self) -> str:
        """A sentence that lists the plugins with faults, with a leading space; "" if there are none."""
        if not self.failures:
            return ""
        failed = ", ".join(sorted({failure.plugin for failure in self.failures}))
        return f" Plugins with faults: {failed} (see 'seqkit plugins')."

    def check_uncontested(self, kind: str, name: str) -> None:
        """Raise SeqkitError if two third-party plugins register the name, or the suffix of a format."""
        if name in self._contested[kind]:
            fix = "Uninstall one, or name the plugins to load in SEQKIT_PLUGINS."
            raise SeqkitError(self._contested[kind][name], fix, exit_code=2)

    def missing(self, kind: str, name: str, distribution: str) -> tuple[str, str]:
        """Return why a package does not offer a record, and the fix.

        Raises SeqkitError if two plugins register the name.
        """
        self.check_uncontested(kind, name)
        for failure in self.failures:
            if failure.distribution == distribution:
                return f"which has a fault: {failure.reason}", "Repair or reinstall it; see 'seqkit plugins'."
        if distribution.endswith(".py"):
            return "a single file that is not loaded", f"Name it: --plugin PATH/{distribution}"
        try:
            metadata.distribution(distribution)
        except (metadata.PackageNotFoundError, ValueError):
            return "which is not installed", f"Install it: pip install {distribution}"
        if allowed_plugins() is not None:
            return f"which {allow_list_source()} excludes", "Add its plugin there, or remove the list."
        return "which does not offer it", f"Get another version: pip install --upgrade {distribution}"

    @cached_property
    def owners(self) -> dict[str, Plugin]:
        """Top-level package -> its plugin.

        Includes packages that records name, except the standard library and seqkit's requirements.
        """
        everything = [registered for kind in KINDS for registered in self.all(kind)]
        everything.sort(
            key=lambda registered: registered.builtin
        )  # built-in plugins last: they take precedence
        by_record = {root: one for one in everything for root in packages_named_by(one.spec)}
        owners: dict[str, Plugin] = {**by_record, **self.modules}
        return {root: plugin for root, plugin in owners.items() if root not in COMMON_PACKAGES}

    def all(self, kind: str) -> list[Registered]:
        """Return all records of a kind, sorted by name."""
        return [self._by_name[kind][name] for name in sorted(self._by_name[kind])]

    def fail(self, plugin: Plugin, reason: str) -> None:
        """Record a failure of `plugin`."""
        self.failures.append(Failure(plugin.plugin, plugin.distribution, reason))

    def resolve(self, kind: str, records: Iterable[Registered]) -> None:
        """Register the records of a kind, except those with conflicts of names (and of suffixes of formats)."""
        by_name: dict[str, list[Registered]] = defaultdict(list)
        for record in records:
            # The suffix determines a file's format; encoders and decoders are selected by name and may share suffixes.
            suffixes = record.spec.suffixes if kind == "formats" else ()
            for name in (record.spec.name, *suffixes):
                by_name[name].append(record)
        rejected = {id(one) for name, group in by_name.items() for one in self._rejected(kind, name, group)}
        accepted = [record for group in by_name.values() for record in group if id(record) not in rejected]
        self._by_name[kind] = {record.spec.name: record for record in accepted}

    def _rejected(self, kind: str, name: str, records: list[Registered]) -> list[Registered]:
        """The records that do not get `name`; each is recorded as a failure. Args: records, those with this name."""
        if len(records) == 1:
            return []
        builtin = next((record for record in records if record.builtin), None)
        # Names of formats do not begin with a dot.
        what = "suffix" if name.startswith(".") else f"{KINDS[kind][1]} name"
        conflict = f"the {what} '{name}' is registered by {' and by '.join(r.display_name for r in records)}"
        if builtin is None:
            self._contested[kind][name] = conflict
        rejected = [record for record in records if record is not builtin]
        for record in rejected:
            self.fail(record, f"{conflict}; {'the built-in one is used' if builtin else 'none is used'}")
        return rejected
