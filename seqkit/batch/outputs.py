"""Check the outputs of a run that is continued."""

from __future__ import annotations

from seqkit.batch.folder import Inputs
from seqkit.batch.ledger import Ledger
from seqkit.batch.store import Store
from seqkit.batch.watching import Watcher
from seqkit.errors import SeqkitError


def check_outputs(store: Store, ledger: Ledger, inputs: Inputs, watcher: Watcher) -> None:
    """Queue missing outputs to be made again. Raises SeqkitError for an output that was changed."""
    for unit in inputs.units:
        state = ledger.unit(unit.number)
        if state.joined is None:
            continue
        for name, size, _ in state.joined["files"]:
            found = store.size(name)
            if found is None:
                watcher.note(f"{store.root}/{name}: is missing, and is made again")
                ledger.log({"unit": unit.number, "again": state.again + 1, "lost": name})
                break
            if found != size:
                problem = (
                    f"{store.root}/{name}: was changed after it was written ({found:,} bytes, not {size:,})"
                )
                raise SeqkitError(problem, "Delete it to have it made again, or move it elsewhere.")
