"""Check plugins in this process, a line of JSON for each step: `python -m seqkit.testing.probe MODE PLUGIN...`.

`seqkit plugins check` starts it, so that a plugin that hangs or ends the process harms the probe alone. MODE is "all",
"quick" (can everything be had?) or "faults" (what the host reports).
"""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import asdict
from typing import Any

from seqkit.extend.manager import registry
from seqkit.extend.registry import KINDS, Registered
from seqkit.io.streams import stdout_to_stderr
from seqkit.testing.check import Subject
from seqkit.testing.suite import checks_of, outcome_of


def main(mode: str, *plugins: str) -> None:
    """Write the outcomes of the checks of these plugins, each named by its entry point."""
    lines = io.TextIOWrapper(os.fdopen(os.dup(1), "wb"), encoding="utf-8", write_through=True)
    with stdout_to_stderr():
        for step in steps(mode, plugins):
            lines.write(json.dumps(step) + "\n")
    lines.flush()
    # A thread or handler at exit that a plugin left behind cannot hold the probe.
    os._exit(0)


def steps(mode: str, plugins: tuple[str, ...]) -> Any:
    """Faults of the plugins, then for each check its beginning and its outcome."""
    yield {"begins": "the import of its module"}
    for failure in registry().failures:
        if not plugins or failure.plugin in plugins:
            yield {"fault": asdict(failure)}
    if mode == "faults":
        return
    for own, kind in records_of(plugins):
        subject = Subject(kind, own.spec.name)
        for check in checks_of(kind):
            if mode == "quick" and not check.quick:
                continue
            record = {"plugin": own.plugin, "kind": kind, "name": own.spec.name}
            yield {"begins": check.name, **record}
            yield {"outcome": asdict(outcome_of(check, subject)), **record}


def records_of(plugins: tuple[str, ...]) -> list[tuple[Registered, str]]:
    """The records of these plugins, or of all, with their kinds."""
    every = [(one, kind) for kind in KINDS for one in registry().all(kind)]
    return [(one, kind) for one, kind in every if not plugins or one.plugin in plugins]


if __name__ == "__main__":
    main(sys.argv[1], *sys.argv[2:])
