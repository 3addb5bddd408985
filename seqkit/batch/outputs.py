"""Check the outputs of a run that is continued."""

from __future__ import annotations

from itertools import repeat

from seqkit.batch.folder import Inputs
from seqkit.batch.joining import sha256_of
from seqkit.batch.ledger import Ledger
from seqkit.batch.store import Row, Store
from seqkit.batch.watching import Watcher
from seqkit.errors import SeqkitError


def check_outputs(store: Store, ledger: Ledger, inputs: Inputs, watcher: Watcher) -> None:
    """Queue missing outputs to be made again. Raises SeqkitError for an output that was changed."""
    for unit in inputs.units:
        state = ledger.unit(unit.number)
        if state.joined is not None and (lost := _lost(store, state.joined)):
            watcher.note(f"{store.root}/{lost}: is missing, and is made again")
            ledger.log({"unit": unit.number, "again": state.again + 1, "lost": lost})


def _lost(store: Store, joined: Row) -> str:
    """The first missing output of a unit, or "". Raises SeqkitError for one that was changed."""
    for (name, size, sha256), stamp in zip(joined["files"], joined.get("stamps") or repeat(""), strict=False):
        found = store.size(name)
        if found is None:
            return str(name)
        if found != size:
            raise _changed(store, name, f"{found:,} bytes, not {size:,}")
        # Only a file with another modification time is hashed: it may also have been copied.
        if stamp and store.stamp(name) != stamp and sha256_of(store, name) != sha256:
            raise _changed(store, name, "its checksum differs")
    return ""


def _changed(store: Store, name: str, how: str) -> SeqkitError:
    problem = f"{store.root}/{name}: was changed after it was written ({how})"
    return SeqkitError(problem, "Delete it to have it made again, or move it elsewhere.")
