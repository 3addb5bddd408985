"""Collect the bad records of a part, with their bytes, for errors.jsonl."""

from __future__ import annotations

import base64
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.examples import RecordErrors, SourceLocation
from seqkit.io.segment import Segment

MOST_BYTES = 1 << 16
"""Maximum bytes of a record that are stored."""


class PartErrors(RecordErrors):
    """Stores each bad record as a row. If `stop` is set, the first one raises SeqkitError."""

    def __init__(self, stop: bool = False) -> None:
        super().__init__(skip=not stop)
        self._rows: list[tuple[int, dict[str, Any]]] = []
        self._piece = 0
        self._source: str | Segment = ""

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows sorted by piece, because files may be read before earlier files are written."""
        return [row for _, row in sorted(self._rows, key=lambda numbered: numbered[0])]

    def reading(self, piece: int, source: str | Segment) -> None:
        """Set the piece of the next bad records. Args: piece, its number; source, the file or a part of it."""
        self._piece, self._source = piece, source

    def bad(self, where: SourceLocation, reason: str, fix: str) -> None:
        """Store a record with its location and bytes, or raise SeqkitError."""
        super().bad(where, reason, fix)
        self._add(where.path, where.line, reason, fix, _bytes_of(self._source, where.line))

    def file(self, path: str, error: SeqkitError) -> None:
        """Store that a file, or the rest of it, cannot be read, or raise SeqkitError."""
        if not self.skip:
            raise error
        self.skipped += 1
        self._add(path, None, error.problem, error.fix, None)

    def _add(self, path: str, line: int | None, reason: str, fix: str, data: str | None) -> None:
        row = {"file": path, "line": line, "reason": reason, "fix": fix, "bytes": data}
        self._rows.append((self._piece, row))


def _bytes_of(source: str | Segment, line: int) -> str | None:
    """The first MOST_BYTES bytes of a line in base64; None if they are not in memory."""
    if not isinstance(source, Segment):
        return None
    at = 0
    for _ in range(line - source.line):
        at = source.data.find(b"\n", at) + 1
        if not at:
            return None
    end = source.data.find(b"\n", at)
    data = source.data[at : end if end >= 0 else len(source.data)]
    return base64.b64encode(data[:MOST_BYTES]).decode()
