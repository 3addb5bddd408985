"""The state of a run, read from its ledger: on any machine, during or after the run."""

from __future__ import annotations

import json
import time
from typing import Any

from seqkit.batch.folder import inputs_of, run_of
from seqkit.batch.inputs import InputFile
from seqkit.batch.ledger import RUNNING, SUCCESS, Ledger
from seqkit.batch.store import Store, open_store
from seqkit.batch.units import units_of

ALIVE = 30.0
"""Seconds since its last report after which a process counts as ended."""


def status(out: str) -> dict[str, Any]:
    """Files and parts done, running and failed, rate and time left. Raises SeqkitError if `out` is not a batch's."""
    store = open_store(out.rstrip("/"))
    run, rows = run_of(store), inputs_of(store)
    ledger = Ledger(store)
    ledger.refresh()
    totals = ledger.totals()
    size = sum(row["size"] for row in rows)
    processes = _processes(store)
    running = [one for one in processes if one["seconds_ago"] < ALIVE]
    rate = sum(one["bytes_per_second"] for one in running)
    left = size - totals.source
    states = ledger.units.values()
    return {
        "command": run["verb"],
        "model": run["model"],
        "finished": store.size(SUCCESS) is not None,
        "files": len(rows),
        "files_done": sum(files_done(ledger, run, rows)),
        "parts_done": totals.parts,
        "parts_known": sum(state.joined["parts"] if state.joined else state.total or 0 for state in states),
        "parts_running": sum(one["given_out"] for one in running),
        "failed": [reason for one in processes for reason in one["failed"]],
        "bytes": size,
        "bytes_done": totals.source,
        "records": totals.records,
        "words": totals.words,
        "bad_records": totals.bad,
        "words_per_second": sum(one["words_per_second"] for one in running),
        "seconds_left": round(left / rate) if rate else None,
        "processes": processes,
    }


def files_done(ledger: Ledger, run: dict[str, Any], rows: list[dict[str, Any]]) -> list[int]:
    """The number of files of each finished unit."""
    return [len(unit.files) for unit in all_units(run, rows) if ledger.unit(unit.number).joined is not None]


def all_units(run: dict[str, Any], rows: list[dict[str, Any]]) -> list[Any]:
    found: list[Any] = []
    for round in range(1 + max((row["added"] for row in rows), default=0)):
        own = [row for row in rows if row["added"] == round]
        first = sum(row["added"] < round for row in rows)
        files = [InputFile(row["path"], row["name"], row["size"], row["stamp"]) for row in own]
        cuts = [row["cuts"] for row in own]
        found += units_of(files, cuts, run["part"][1], first, len(found))
    return found


def _processes(store: Store) -> list[dict[str, Any]]:
    """The last report of each process that is running or has failed."""
    found = []
    for name in store.names(RUNNING):
        data = store.read(f"{RUNNING}/{name}")
        if data:
            report = json.loads(data)
            report["seconds_ago"] = round(max(time.time() - report["time"], 0.0), 1)
            found.append(report)
    return found


def status_rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The state as rows of a table."""
    left = found["seconds_left"]
    share = 100 * found["bytes_done"] / max(found["bytes"], 1)
    rows = [
        (
            "state",
            "finished" if found["finished"] else "running" if found["parts_running"] else "not finished",
        ),
        ("command", f"batch {found['command']} with {found['model']}"),
        ("files", f"{found['files_done']:,} of {found['files']:,} done"),
        ("parts", f"{found['parts_done']:,} done, {found['parts_running']:,} running"),
        ("input", f"{found['bytes_done'] / 1e6:,.1f} of {found['bytes'] / 1e6:,.1f} MB ({share:.1f} %)"),
        ("records", f"{found['records']:,}, {found['words']:,} words, {found['bad_records']:,} bad"),
        ("rate", f"{found['words_per_second']:,} words/s"),
        ("time left", "-" if left is None else f"{left // 60} min {left % 60} s"),
    ]
    rows += [("failed", reason) for reason in found["failed"]]
    return rows + [(one["writer"], _process_line(one)) for one in found["processes"]]


def _process_line(process: dict[str, Any]) -> str:
    """The last report of a process as text."""
    memory = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in process["memory"].items())
    shard = "/".join(map(str, process["shard"]))
    return (
        f"shard {shard}, {process['seconds_ago']:.0f} s ago: {process['done']:,} parts, "
        f"{process['words_per_second']:,} words/s; memory: {memory}"
    )
