"""The ledger of a run: the rows in the logs of all writers, whose union is the state of the run."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from seqkit.batch.cutting import Place
from seqkit.batch.store import Row, Store

FOLDER = ".seqkit"
LOG, PARTS, ERRORS, RUNNING = f"{FOLDER}/log", f"{FOLDER}/parts", f"{FOLDER}/errors", f"{FOLDER}/running"
RUN, INPUTS, SUCCESS, ALL_ERRORS = f"{FOLDER}/run.json", f"{FOLDER}/inputs.jsonl", "_SUCCESS", "errors.jsonl"
COUNTS = ("records", "words", "bad")
"""Names of the counts in a row."""


def writer_name() -> str:
    """Return a unique name for the logs of this process."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"


@dataclass
class UnitState:
    """The state of a unit."""

    again: int = 0
    """As in `Part`."""
    total: int | None = None
    """Number of parts; None until the unit has been divided to its end."""
    parts: dict[int, Row] = field(default_factory=dict)
    """The rows of committed parts; empty once their outputs are joined."""
    bad: int = 0
    """1 if the file could not be read to its end."""
    joined: Row | None = None
    """The row of the final outputs; None until they are joined."""

    @property
    def complete(self) -> bool:
        """Whether all parts are committed."""
        return self.total is not None and len(self.parts) == self.total

    def planned(self) -> tuple[int, Place]:
        """Return the number of parts that are committed without a gap, and the position after them."""
        count = 0
        while count in self.parts:
            count += 1
        return count, Place(*self.parts[count - 1]["to"]) if count else Place()


@dataclass
class Totals:
    """Sums over the parts of a run."""

    parts: int = 0
    records: int = 0
    words: int = 0
    bad: int = 0
    """Number of bad records, and of files that could not be read to their end."""
    source: int = 0
    """Stored bytes of the inputs."""
    seconds: float = 0.0
    """Working time of all workers."""

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row."""
        self.parts += row.get("parts", 1)
        for name in (*COUNTS, "source", "seconds"):
            setattr(self, name, getattr(self, name) + row.get(name, 0))


class Ledger:
    """The state of a run, updated from the logs of all writers, and the log of this process."""

    def __init__(self, store: Store, keep: bool = False) -> None:
        """Args: keep, whether `kept` retains the rows of parts after their outputs are joined."""
        self.store, self._keep = store, keep
        self.kept: dict[int, dict[int, Row]] = {}
        self.units: dict[int, UnitState] = {}
        self._seen: dict[str, int] = {}
        self._log = f"{LOG}/{writer_name()}.jsonl"

    def unit(self, number: int) -> UnitState:
        """Return the state of a unit."""
        return self.units.setdefault(number, UnitState())

    def refresh(self) -> None:
        """Read the rows that writers have logged since the last call."""
        for row in self.store.fresh_rows(LOG, self._seen):
            self._apply(row)

    def log(self, row: Row) -> None:
        """Add a row to the log of this process, and to the state."""
        self.store.append(self._log, row)
        self._apply(row)

    def know(self, row: Row) -> None:
        """Add a row of another process to the state, before its log is read."""
        self._apply(row)

    def _apply(self, row: Row) -> None:
        state = self.unit(row["unit"])
        if self._keep and "part" in row:
            self.kept.setdefault(row["unit"], {})[row["part"]] = row
        if row.get("again", 0) < state.again:
            return
        if row.get("again", 0) > state.again:
            self.units[row["unit"]] = state = UnitState(row["again"], state.total)
        if "lost" in row:
            return
        if "total" in row:
            state.total, state.bad = row["total"], row.get("bad", 0)
        elif "files" in row:
            state.joined, state.parts = row, {}
        elif state.joined is None:
            state.parts[row["part"]] = row

    def totals(self) -> Totals:
        """Sum over all committed parts."""
        totals = Totals()
        for state in self.units.values():
            totals.bad += state.bad
            for row in [state.joined] if state.joined else state.parts.values():
                totals.add(row)
        return totals
