"""The ledger's folder of a run: the first process creates it, all others check it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from seqkit.batch.fingerprint import check_same, cpu_class, fingerprint
from seqkit.batch.inputs import InputFile
from seqkit.batch.jobs import Target
from seqkit.batch.ledger import INPUTS, RUN
from seqkit.batch.request import Resolved
from seqkit.batch.store import Store, line_of
from seqkit.batch.units import Unit, units_of
from seqkit.errors import SeqkitError
from seqkit.io.remote import remote_errors_named


class Inputs(NamedTuple):
    """The inputs of a run in the order of its ledger."""

    files: list[InputFile]
    targets: list[Target]
    units: list[Unit]


def open_run(resolved: Resolved, store: Store) -> tuple[dict[str, Any], Inputs]:
    """Create or open a run; return `run.json` and the inputs. Raises SeqkitError for another run's folder."""
    wanted = _fingerprint(resolved)
    rows = [_row(file, cuts, target, 0) for file, cuts, target in _inputs(resolved)]
    lines = b"".join(map(line_of, rows))
    with remote_errors_named(store.root):
        begun = store.size(RUN) is not None
    if not begun:
        _check_free(store, resolved)
        store.create(INPUTS, lines)
        store.create(RUN, (json.dumps(wanted, indent=1) + "\n").encode())
    recorded = run_of(store)
    check_same(recorded, wanted, store.root, resolved.request.any_cpu)
    return recorded, _known_inputs(resolved, store)


def run_of(store: Store) -> dict[str, Any]:
    """Read `run.json`. Raises SeqkitError if the folder is not the output folder of a batch."""
    with remote_errors_named(store.root):
        data = store.read(RUN)
    if data is None:
        raise SeqkitError(
            f"{store.root}: is not the output folder of a batch", "Check the path.", exit_code=2
        )
    (run,) = _objects([data], f"{store.root}/{RUN}", "verb", "model", "model_sha256", "part", "cpu")
    return run


def inputs_of(store: Store) -> list[dict[str, Any]]:
    """Read the inputs in the ledger of a run. Raises SeqkitError if they are missing or damaged."""
    lines = (store.read(INPUTS) or b"").splitlines() or [b""]
    names = ("name", "path", "size", "stamp", "cuts", "output", "added")
    return _objects(lines, f"{store.root}/{INPUTS}", *names)


def _objects(lines: Sequence[bytes], path: str, *names: str) -> list[dict[str, Any]]:
    """Parse JSON objects with these keys. Raises SeqkitError if the disk or an editor has damaged them."""
    try:
        found = [json.loads(line) for line in lines]
        if not all(isinstance(one, dict) and one.keys() >= {*names} for one in found):
            raise ValueError("keys are missing")
    except ValueError as error:
        fix = "Restore the file, or begin a run in another folder."
        raise SeqkitError(f"{path}: is missing or damaged", fix) from error
    return found


def _inputs(resolved: Resolved) -> zip[tuple[InputFile, str, Target]]:
    return zip(resolved.files, resolved.cuts, resolved.targets, strict=True)


def _row(file: InputFile, cuts: str, target: Target, round: int) -> dict[str, Any]:
    return {
        "name": file.name,
        "path": file.path,
        "size": file.size,
        "stamp": file.stamp,
        "cuts": cuts,
        "output": target.name,
        "added": round,
    }


def _fingerprint(resolved: Resolved) -> dict[str, Any]:
    return fingerprint(
        resolved.request.verb,
        resolved.spec.name,
        resolved.task.fingerprint(resolved.apply),
        resolved.apply,
        resolved.format.name,
        resolved.limits,
        cpu_class(),
    )


def _check_free(store: Store, resolved: Resolved) -> None:
    """Raise SeqkitError if an output would replace a file that this run has not written."""
    for target in resolved.targets:
        if store.size(target.name) is not None:
            problem = f"{store.root}/{target.name}: exists already, and was not written by a batch"
            raise SeqkitError(problem, "Choose another --out, or move the file away.", exit_code=2)


def _known_inputs(resolved: Resolved, store: Store) -> Inputs:
    known, now = inputs_of(store), {file.name: file for file in resolved.files}
    _check_unchanged(known, now, store.root)
    names = {row["name"] for row in known}
    added = [one for one in _inputs(resolved) if one[0].name not in names]
    if added and not resolved.request.extend:
        problem = f"{added[0][0].path}: was not among the inputs when the run in {store.root} began"
        more = f" ({len(added):,} such files)" if len(added) > 1 else ""
        raise SeqkitError(problem + more, "Add new inputs by --extend, or choose another --out.", exit_code=2)
    if added:
        known = _extended(store, known, added)
    return _in_order(known, now, resolved)


def _check_unchanged(known: Sequence[dict[str, Any]], now: dict[str, InputFile], out: str) -> None:
    for row in known:
        file = now.get(row["name"])
        if file is None:
            problem = f"{row['path']}: was among the inputs when the run began, and is not now"
            raise SeqkitError(problem, "Restore it, or name all inputs.", exit_code=2)
        if (file.size, file.stamp) != (row["size"], row["stamp"]):
            if file.path != row["path"]:
                problem = f"{out}: belongs to a run with another input: {row['path']}, now {file.path}"
                raise SeqkitError(
                    problem, "Choose another --out, or name the inputs of that run.", exit_code=2
                )
            problem = f"{file.path}: the input has changed since the run began ({row['size']:,} bytes then, "
            problem += f"{file.size:,} now)" if file.size != row["size"] else "another modification time)"
            raise SeqkitError(problem, "Restore it, or begin a run in another folder.")


def _extended(store: Store, known: list[dict[str, Any]], added: Sequence[Any]) -> list[dict[str, Any]]:
    """Append new inputs to the ledger, so that units keep their numbers."""
    round = 1 + max((row["added"] for row in known), default=0)
    rows = known + [_row(file, cuts, target, round) for file, cuts, target in added]
    store.delete("_SUCCESS")
    store.put(INPUTS, b"".join(map(line_of, rows)))
    return rows


def _in_order(known: Sequence[dict[str, Any]], now: dict[str, InputFile], resolved: Resolved) -> Inputs:
    files = [now[row["name"]] for row in known]
    packing = {target.name: target for target in resolved.targets}
    units: list[Unit] = []
    for round in range(1 + max((row["added"] for row in known), default=0)):
        first = sum(row["added"] < round for row in known)
        added = [row for row in known if row["added"] == round]
        units += units_of(
            files[first : first + len(added)],
            [row["cuts"] for row in added],
            resolved.limits.size,
            first,
            len(units),
        )
    return Inputs(files, [packing[row["output"]] for row in known], units)
