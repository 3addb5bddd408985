"""Compare the outputs and inputs of a run with its ledger, byte by byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from seqkit.batch.cutting import Place, cut
from seqkit.batch.folder import inputs_of, run_of
from seqkit.batch.inputs import InputFile
from seqkit.batch.ledger import SUCCESS, Ledger
from seqkit.batch.planning import CUTTERS, check_unchanged
from seqkit.batch.sources import Stream, segment_of, sha256_of
from seqkit.batch.status import all_units
from seqkit.batch.store import Row, Store, open_store
from seqkit.batch.units import Unit
from seqkit.errors import SeqkitError
from seqkit.tasks.application import Limits


def verify(out: str, inputs: bool = True) -> dict[str, Any]:
    """Hash all outputs and, if `inputs`, the inputs, and compare them with the ledger.

    Returns {"outputs": number, "inputs": number, "faults": [messages]}. Raises SeqkitError if `out` is not the output
    folder of a batch.
    """
    store = open_store(out.rstrip("/"))
    run, rows = run_of(store), inputs_of(store)
    ledger = Ledger(store, keep=True)
    ledger.refresh()
    units = all_units(run, rows)
    files = [InputFile(row["path"], row["name"], row["size"], row["stamp"]) for row in rows]
    faults, outputs = [], 0
    for unit in units:
        joined = ledger.unit(unit.number).joined
        for name, size, sha256 in joined["files"] if joined else ():
            outputs += 1
            faults += _fault_of(store, name, size, sha256)
    faults += _unfinished(store, ledger, units, files)
    if inputs:
        for unit in units:
            faults += _input_faults(unit, files, ledger, Limits(*run["part"]))
    return {"outputs": outputs, "inputs": len(rows) if inputs else 0, "faults": faults}


def _fault_of(store: Store, name: str, size: int, sha256: str) -> list[str]:
    try:
        with store.open(name) as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    except FileNotFoundError:
        return [f"{store.root}/{name}: is missing"]
    return [] if digest == sha256 else [f"{store.root}/{name}: was changed after it was written"]


def _unfinished(store: Store, ledger: Ledger, units: list[Unit], files: list[InputFile]) -> list[str]:
    """A message about inputs without complete outputs, if any."""
    names = [files[file].path for unit in units if not ledger.unit(unit.number).joined for file in unit.files]
    if names:
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        return [f"{names[0]}{more}: not finished; run the same command again"]
    if store.size(SUCCESS) is None:
        return [f"{store.root}/{SUCCESS}: is missing; run the same command again"]
    return []


def _input_faults(unit: Unit, files: list[InputFile], ledger: Ledger, limits: Limits) -> list[str]:
    """Messages about inputs that are missing or have changed since they were processed."""
    rows = ledger.kept.get(unit.number, {})
    names = [files[file].path for file in unit.files]
    try:
        if unit.is_one_part:
            digests = rows[0]["in"].split(",") if 0 in rows else []
            pairs = zip(unit.files, digests, strict=False)
            return [
                _changed(files[file].path) for file, was in pairs if was not in _digests(files[file].path)
            ]
        file = files[unit.files[0]]
        for number, digest in enumerate(_parts(file, unit.cuts, limits)):
            row: Row | None = rows.get(number)
            if row is not None and row["in"] != digest:
                return [f"{_changed(file.path)} (in part {number + 1})"]
        check_unchanged(file)
    except OSError as error:
        return [f"{names[0]}: the input cannot be read ({error.strerror or error})"]
    except SeqkitError as error:
        return [error.problem]
    return []


def _changed(path: str) -> str:
    return f"{path}: the input has changed since the run began"


def _digests(path: str) -> tuple[str, str]:
    """The checksums of a file's decompressed and of its stored bytes."""
    return segment_of(path)[1], sha256_of(path)


def _parts(file: InputFile, cuts: str, limits: Limits) -> Iterator[str]:
    """The checksum of each part of a file."""
    if cuts == "rows":
        from seqkit.formats.parquet import row_parts

        yield from (hashlib.sha256(data).hexdigest() for _, _, data, _ in row_parts(file.path, 0, *limits))
        return
    for part in cut(iter(Stream(file.path)), CUTTERS[cuts](limits), Place()):
        yield hashlib.sha256(part.data).hexdigest()
