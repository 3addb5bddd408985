"""Run the probe of plugins in a new process, within a time limit, and collect its reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from seqkit.testing.check import Outcome


@dataclass(frozen=True)
class RecordReport:
    """The outcomes of a record's checks."""

    kind: str
    name: str
    outcomes: list[Outcome] = field(default_factory=list)

    def count(self, status: str) -> int:
        """Checks that passed, were skipped, or failed."""
        return sum(outcome.status == status for outcome in self.outcomes)


@dataclass
class PluginReport:
    """The outcomes for one plugin, or for several in one process."""

    plugins: tuple[str, ...]
    records: list[RecordReport] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What the host reports, and what ended the probe."""

    @property
    def failed(self) -> bool:
        """Whether there is any fault or failed check."""
        return bool(self.faults) or any(record.count("failed") for record in self.records)


def probe(mode: str, plugins: Sequence[str], seconds: float, allowed: Iterable[str] | None) -> PluginReport:
    """Check plugins in another process. Args: allowed, the third-party plugins that it may import; None: as here."""
    command = [sys.executable, "-P", "-m", "seqkit.testing.probe", mode, *plugins]
    environment = dict(os.environ)
    if allowed is not None:
        environment["SEQKIT_PLUGINS"] = ",".join(allowed)
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        ended = _ended(command, environment, said, errors, seconds)
        said.seek(0)
        steps = [json.loads(line) for line in said.read().decode("utf-8", "replace").splitlines()]
        errors.seek(0)
        last = errors.read().decode("utf-8", "replace").strip().splitlines()[-1:]
    return report_of(plugins, steps, ended and ": ".join([ended, *last]))


def _ended(command: list[str], environment: dict[str, str], out: Any, err: Any, seconds: float) -> str:
    """Run the probe. Returns how it ended before its work was done; "" if it did its work."""
    try:
        code = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            timeout=seconds,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return f"takes more than {seconds:g} s"
    return f"ends the process with exit code {code}" if code else ""


def report_of(plugins: Sequence[str], steps: Sequence[dict[str, Any]], ended: str = "") -> PluginReport:
    """The report that a probe's lines make. Args: ended, how it ended before its work was done."""
    report = PluginReport(tuple(plugins))
    records: dict[tuple[str, str], RecordReport] = {}
    for step in steps:
        if "fault" in step:
            report.faults.append(f"plugin '{step['fault']['plugin']}': {step['fault']['reason']}")
        elif "outcome" in step:
            key = step["kind"], step["name"]
            records.setdefault(key, RecordReport(*key)).outcomes.append(Outcome(**step["outcome"]))
    report.records = list(records.values())
    begun = next((step for step in reversed(steps) if "begins" in step), {"begins": "the start"})
    if ended or not steps:
        where = f"{begun['kind']} {begun['name']}, " if "kind" in begun else ""
        report.faults.append(f"{where}{begun['begins']} {ended or 'reports nothing'}")
    return report
