"""Checks of every kind that need a new process: the effects of importing the plugin."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from typing import Any

from seqkit.extend.checks import references_of
from seqkit.extend.isolation import PATIENCE
from seqkit.extend.manager import registry
from seqkit.extend.registry import GROUP, KINDS, Registered
from seqkit.testing.check import CheckFailed, Subject, check, expect

LONGEST = 60.0
"""Seconds after which an import counts as one that never ends."""


@check("")
def listing_imports_nothing_heavy(subject: Subject) -> None:
    """The module with the hooks imports neither torch nor spaCy, so that `seqkit plugins` stays quick."""
    heavy = _probe(subject)["listing"]["heavy"]
    expect(
        not heavy,
        f"importing the plugin imports {', '.join(heavy)}: import them in the modules that records name",
    )


@check("")
def listing_is_quick(subject: Subject) -> None:
    """The module with the hooks is imported within 5 seconds."""
    seconds = _probe(subject)["listing"]["seconds"]
    expect(seconds < PATIENCE, f"the import takes {seconds:.1f} s")


@check("")
def imports_write_nothing(subject: Subject) -> None:
    """Importing writes nothing to standard output, which is for data."""
    written = sum(part["written"] for part in _probe(subject).values())
    expect(not written, f"{written} bytes are written to standard output")


@check("")
def imports_keep_the_folder(subject: Subject) -> None:
    """Importing does not change the working folder."""
    _expect_kept(subject, "folder")


@check("")
def imports_keep_random_states(subject: Subject) -> None:
    """Importing does not touch the random states of Python, numpy and torch."""
    _expect_kept(subject, "random")


@check("")
def imports_keep_torch_settings(subject: Subject) -> None:
    """Importing does not change torch's threads, default dtype and device, gradient and deterministic mode."""
    _expect_kept(subject, "threads", "dtype", "device", "mode")


@check("")
def imports_start_no_threads(subject: Subject) -> None:
    """Importing leaves no thread running."""
    started = _probe(subject)["listing"]["threads"]
    expect(started <= 0, f"{started} threads are started")


def _expect_kept(subject: Subject, *words: str) -> None:
    """Raise CheckFailed for a setting that has one of the words in its name and is changed."""
    changed = [name for part in _probe(subject).values() for name in part["changed"]]
    wrong = [name for name in changed if any(word in name for word in words)]
    expect(not wrong, f"importing changes {', '.join(wrong)}")


def _probe(subject: Subject) -> dict[str, dict[str, Any]]:
    own = subject.registered
    found = probe_of(own.plugin, own.distribution)
    for part in found.values():
        expect(not part["error"], part["error"])
    return found


@cache
def probe_of(plugin: str, distribution: str) -> dict[str, dict[str, Any]]:
    """The report of `import_probe` on a plugin. Raises CheckFailed if the import does not end."""
    arguments = [entry_module(plugin, distribution), *_named_by(plugin, distribution)]
    command = [sys.executable, "-P", "-m", "seqkit.testing.import_probe", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, check=False)
    except subprocess.TimeoutExpired:
        raise CheckFailed(f"the import takes more than {LONGEST:g} s") from None
    if done.returncode or not done.stdout:
        raise CheckFailed(f"the import ends the process: {done.stderr[-200:] or done.returncode}")
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def entry_module(plugin: str, distribution: str) -> str:
    """The module that the plugin's entry point names."""
    if distribution.endswith(".py"):
        return plugin
    entries = registry().installed.select(group=GROUP, name=plugin)
    same = [
        entry for entry in entries if entry.dist is not None and entry.dist.metadata["Name"] == distribution
    ]
    return str((same or list(entries))[0].module)


def _named_by(plugin: str, distribution: str) -> list[str]:
    """Everything that the plugin's records name."""
    every: list[Registered] = [one for kind in KINDS for one in registry().all(kind)]
    own = [one for one in every if (one.plugin, one.distribution) == (plugin, distribution)]
    return sorted({reference for one in own for _, reference in references_of(one.spec)})
