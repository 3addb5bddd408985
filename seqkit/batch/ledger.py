"""The ledger: rows in the logs of all writers, whose union is the state of a run."""

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
"""The counts in a row."""


def writer_name() -> str:
    """A unique name for the logs of this process."""
    return f"{socket.gethostname()}-{os.getpid()}-{os.urandom(3).hex()}"


@dataclass
class UnitState:
    """The state of a unit."""

    again: int = 0
    total: int | None = None
    """Number of its parts, once it has been divided to its end."""
    parts: dict[int, Row] = field(default_factory=dict)
    """The rows of committed parts; empty once their outputs are joined."""
    bad: int = 0
    """1 if the file could not be read to its end."""
    joined: Row | None = None
    """The row of its final outputs, once they are joined."""

    @property
    def complete(self) -> bool:
        """Whether all parts are committed."""
        return self.total is not None and len(self.parts) == self.total

    def planned(self) -> tuple[int, Place]:
        """The number of parts that are committed without a gap, and the position after them."""
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
    source: int = 0
    seconds: float = 0.0

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row."""
        self.parts += row.get("parts", 1)
        for name in (*COUNTS, "source", "seconds"):
            setattr(self, name, getattr(self, name) + row.get(name, 0))


class Ledger:
    """The state of a run, brought up to date from the logs, and the log of this process."""

    def __init__(self, store: Store, keep: bool = False) -> None:
        """Args: keep, whether the rows of parts stay in `kept` after their outputs are joined."""
        self.store, self._keep = store, keep
        self.kept: dict[int, dict[int, Row]] = {}
        self.units: dict[int, UnitState] = {}
        self._seen: dict[str, int] = {}
        self._log = f"{LOG}/{writer_name()}.jsonl"

    def unit(self, number: int) -> UnitState:
        """The state of a unit."""
        return self.units.setdefault(number, UnitState())

    def refresh(self) -> None:
        """Read the rows that all writers have logged since the last call."""
        for row in self.store.fresh_rows(LOG, self._seen):
            self._apply(row)

    def log(self, row: Row) -> None:
        """Add a row to the log of this process, and to the state."""
        self.store.append(self._log, row)
        self._apply(row)

    def know(self, row: Row) -> None:
        """Add a row that another process has logged to the state, before its log is read."""
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
        """Sums over all committed parts."""
        found = Totals()
        for state in self.units.values():
            found.bad += state.bad
            for row in [state.joined] if state.joined else state.parts.values():
                found.add(row)
        return found
