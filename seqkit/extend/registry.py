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
"""Packages that a record may name, and that belong to no plugin."""

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
"""Kind of record -> its class, and what one of them is called. Its hook is `seqkit_<kind>`."""


@dataclass(frozen=True)
class Plugin:
    """A plugin: the name of its entry point, and the distribution that installed it."""

    plugin: str
    distribution: str
    version: str

    @property
    def builtin(self) -> bool:
        """Whether it is part of seqkit."""
        return self.distribution == GROUP

    @property
    def display_name(self) -> str:
        """A description of the plugin for messages."""
        return f"plugin '{self.plugin}' of {self.distribution} {self.version}"


@dataclass(frozen=True)
class Registered(Plugin):
    """A record with its plugin."""

    spec: Any


@dataclass(frozen=True)
class Failure:
    """A failure of one plugin; the rest of the plugin may work."""

    plugin: str
    distribution: str
    reason: str


class Registry:
    """Everything that plugins offer, by kind and name.

    A name that two third-party plugins register is available from neither; a built-in name stays with the built-in.
    """

    def __init__(self) -> None:
        self.plugins: list[Plugin] = []
        """The loaded plugins, sorted by name."""
        self.failures: list[Failure] = []
        self.installed: Any = metadata.EntryPoints()
        """All entry points of all packages, read once."""
        self.modules: dict[str, Plugin] = {}
        """Top-level module of each plugin's entry point, and the plugin."""
        self._by_name: dict[str, dict[str, Registered]] = {kind: {} for kind in KINDS}
        self._contested: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}

    def find(self, kind: str, name: str) -> Any:
        """The record of a kind and name. Raises SeqkitError if there is none, or if two plugins register the name."""
        return self.registered(kind, name).spec

    def registered(self, kind: str, name: str) -> Registered:
        """The record with its plugin. Raises SeqkitError as `find`."""
        self.check_uncontested(kind, name)
        if name not in self._by_name[kind]:
            fix = did_you_mean(name, self._by_name[kind]) + self.faults
            raise SeqkitError(f"there is no {KINDS[kind][1]} named '{shortened(name)}'", fix, exit_code=2)
        return self._by_name[kind][name]

    @property
    def faults(self) -> str:
        """A sentence, after a space, that names the plugins with faults; "" if there are none."""
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
        """Why a package does not offer a record, and the fix. Raises SeqkitError if two plugins register the name."""
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
            return f"which {allow_list_source()} leaves out", "Name its plugin there, or remove the list."
        return "which does not offer it", f"Get another version: pip install --upgrade {distribution}"

    @cached_property
    def owners(self) -> dict[str, Plugin]:
        """Top-level package -> the plugin whose code it holds.

        Packages named by records count, too, except the standard library and seqkit's requirements.
        """
        everything = [registered for kind in KINDS for registered in self.all(kind)]
        everything.sort(key=lambda registered: registered.builtin)  # a package of seqkit's stays seqkit's
        named = {root: registered for registered in everything for root in packages_named_by(registered.spec)}
        own = {root: plugin for root, plugin in named.items() if root not in COMMON_PACKAGES}
        return own | {root: plugin for root, plugin in self.modules.items() if root not in COMMON_PACKAGES}

    def all(self, kind: str) -> list[Registered]:
        """Every record of that kind, sorted by name."""
        return [self._by_name[kind][name] for name in sorted(self._by_name[kind])]

    def fail(self, plugin: Plugin, reason: str) -> None:
        """Record a failure of `plugin`."""
        self.failures.append(Failure(plugin.plugin, plugin.distribution, reason))

    def resolve(self, kind: str, claims: Iterable[Registered]) -> None:
        """Decide which record gets each name (and each suffix of a format)."""
        by_name: dict[str, list[Registered]] = defaultdict(list)
        for claim in claims:
            # A file's format is found by its suffix; encoders and decoders are named, and several may read one kind.
            suffixes = claim.spec.suffixes if kind == "formats" else ()
            for name in (claim.spec.name, *suffixes):
                by_name[name].append(claim)
        losers = {id(loser) for name, rivals in by_name.items() for loser in self._losers(kind, name, rivals)}
        winners = [claim for rivals in by_name.values() for claim in rivals if id(claim) not in losers]
        self._by_name[kind] = {claim.spec.name: claim for claim in winners}

    def _losers(self, kind: str, name: str, rivals: list[Registered]) -> list[Registered]:
        """The records among `rivals` that do not get `name`; each is recorded as a failure."""
        if len(rivals) == 1:
            return []
        owner = next((rival for rival in rivals if rival.builtin), None)
        # No format's name begins with a dot.
        what = "suffix" if name.startswith(".") else f"{KINDS[kind][1]} name"
        claimed = f"the {what} '{name}' is claimed by {' and by '.join(r.display_name for r in rivals)}"
        if owner is None:
            self._contested[kind][name] = claimed
        losers = [rival for rival in rivals if rival is not owner]
        for loser in losers:
            self.fail(loser, f"{claimed}; {'the built-in one stays' if owner else 'none is used'}")
        return losers
