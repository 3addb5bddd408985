"""Check the existing outputs when a run is continued."""

from __future__ import annotations

from itertools import repeat

from seqkit.batch.folder import Inputs
from seqkit.batch.joining import sha256_of
from seqkit.batch.ledger import Ledger
from seqkit.batch.store import Row, Store
from seqkit.batch.watching import Watcher
from seqkit.errors import SeqkitError


def check_outputs(store: Store, ledger: Ledger, inputs: Inputs, watcher: Watcher) -> None:
    """Schedule missing outputs for recreation. Raises SeqkitError for an output that was changed."""
    for unit in inputs.units:
        state = ledger.unit(unit.number)
        if state.joined is not None and (lost := _lost(store, state.joined)):
            watcher.note(f"{store.root}/{lost}: is missing; recreating it")
            ledger.log({"unit": unit.number, "again": state.again + 1, "lost": lost})


def _lost(store: Store, joined: Row) -> str:
    """The first missing output of a unit, or "". Raises SeqkitError for an output that was changed."""
    for (name, size, sha256), stamp in zip(joined["files"], joined.get("stamps") or repeat(""), strict=False):
        actual = store.size(name)
        if actual is None:
            return str(name)
        if actual != size:
            raise _changed(store, name, f"{actual:,} bytes, not {size:,}")
        # A copied file has another modification time but the same checksum; hash only such files.
        if stamp and store.stamp(name) != stamp and sha256_of(store, name) != sha256:
            raise _changed(store, name, "its checksum differs")
    return ""


def _changed(store: Store, name: str, how: str) -> SeqkitError:
    problem = f"{store.root}/{name}: was changed after it was written ({how})"
    return SeqkitError(problem, "Delete it to recreate it, or move it elsewhere.")
