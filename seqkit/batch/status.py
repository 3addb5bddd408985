"""Read the state of a run from its ledger, on any machine, during or after the run."""

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
    """Return numbers of files and parts, rate and time left. Raises SeqkitError unless `out` is a batch's folder."""
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
    """Return the number of files of each finished unit."""
    return [len(unit.files) for unit in all_units(run, rows) if ledger.unit(unit.number).joined is not None]


def all_units(run: dict[str, Any], rows: list[dict[str, Any]]) -> list[Any]:
    """Return the units of a run, as its first process grouped them. Args: run, rows, `run.json` and the inputs."""
    units: list[Any] = []
    for round in range(1 + max((row["added"] for row in rows), default=0)):
        added = [row for row in rows if row["added"] == round]
        first = sum(row["added"] < round for row in rows)
        files = [InputFile(row["path"], row["name"], row["size"], row["stamp"]) for row in added]
        cuts = [row["cuts"] for row in added]
        units += units_of(files, cuts, run["part"][1], first, len(units))
    return units


def _processes(store: Store) -> list[dict[str, Any]]:
    """The last report of each process that is running or has failed."""
    reports = []
    for name in store.names(RUNNING):
        data = store.read(f"{RUNNING}/{name}")
        if data:
            report = json.loads(data)
            report["seconds_ago"] = round(max(time.time() - report["time"], 0.0), 1)
            reports.append(report)
    return reports


def status_rows(state: dict[str, Any]) -> list[tuple[str, str]]:
    """Convert the result of `status` to rows of a table."""
    left = state["seconds_left"]
    share = 100 * state["bytes_done"] / max(state["bytes"], 1)
    rows = [
        (
            "state",
            "finished" if state["finished"] else "running" if state["parts_running"] else "not finished",
        ),
        ("command", f"batch {state['command']} with {state['model']}"),
        ("files", f"{state['files_done']:,} of {state['files']:,} done"),
        ("parts", f"{state['parts_done']:,} done, {state['parts_running']:,} running"),
        ("input", f"{state['bytes_done'] / 1e6:,.1f} of {state['bytes'] / 1e6:,.1f} MB ({share:.1f} %)"),
        ("records", f"{state['records']:,}, {state['words']:,} words, {state['bad_records']:,} bad"),
        ("rate", f"{state['words_per_second']:,} words/s"),
        ("time left", "-" if left is None else f"{left // 60} min {left % 60} s"),
    ]
    rows += [("failed", reason) for reason in state["failed"]]
    return rows + [(one["writer"], _process_line(one)) for one in state["processes"]]


def _process_line(process: dict[str, Any]) -> str:
    """Format the last report of a process."""
    memory = ", ".join(f"{name} {size / 1e6:,.0f} MB" for name, size in process["memory"].items())
    shard = "/".join(map(str, process["shard"]))
    return (
        f"shard {shard}, {process['seconds_ago']:.0f} s ago: {process['done']:,} parts, "
        f"{process['words_per_second']:,} words/s; memory: {memory}"
    )
