"""The results of a run: its summary, `errors.jsonl` and `_SUCCESS`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from html import escape
from typing import Any

from seqkit.batch.folder import Inputs
from seqkit.batch.ledger import ALL_ERRORS, ERRORS, SUCCESS, Ledger, Totals
from seqkit.batch.store import Store


@dataclass(frozen=True)
class Summary:
    """The result of one call of the command."""

    finished: bool
    """Whether all outputs of the run are written."""
    totals: Totals
    """Totals of the committed parts of all processes."""
    failed: tuple[str, ...] = ()
    """Descriptions of failures."""

    def _repr_html_(self) -> str:
        """Format the summary as HTML for notebooks."""
        state = "finished" if self.finished else "not finished"
        text = (
            f"{state}: {self.totals.records:,} records, {self.totals.words:,} words, {self.totals.bad:,} bad"
        )
        return "".join(f"<p>{escape(line)}</p>" for line in (text, *self.failed))

    @property
    def exit_code(self) -> int:
        """0: all records are processed; 3: all except bad records; 1: a part failed."""
        return 1 if self.failed else 3 if self.totals.bad else 0


def write_errors(store: Store) -> None:
    """Write errors.jsonl with the bad records of all parts, in the order of the inputs."""
    names = store.names(ERRORS)
    if names:
        with store.write(ALL_ERRORS) as file:
            for name in names:
                file.write(store.read(f"{ERRORS}/{name}") or b"")


def write_success(store: Store, ledger: Ledger, inputs: Inputs, totals: Totals) -> None:
    """Write _SUCCESS, with totals that depend only on inputs and options."""
    digest, outputs = hashlib.sha256(), 0
    for unit in inputs.units:
        joined = ledger.unit(unit.number).joined or {}
        for name, _, sha256 in joined.get("files", ()):
            digest.update(f"{sha256}  {name}\n".encode("utf-8", "surrogateescape"))
            outputs += 1
    content: dict[str, Any] = {"inputs": len(inputs.files), "outputs": outputs}
    content |= {name: getattr(totals, name) for name in ("parts", "records", "words", "bad")}
    store.put(SUCCESS, (json.dumps({**content, "sha256": digest.hexdigest()}) + "\n").encode())
