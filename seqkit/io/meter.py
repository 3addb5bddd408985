"""Count how much of the input files has been read, for progress bars."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


class Meter:
    """Counts the bytes on disk of the files that are read while the meter is active."""

    def __init__(self) -> None:
        self._finished = 0
        self._open: BinaryIO | None = None

    @property
    def done(self) -> int:
        """Bytes read so far. A compressed file counts by its compressed bytes."""
        current = 0
        if self._open is not None:
            with suppress(OSError, ValueError):
                current = self._open.tell()
        return self._finished + current

    def watch(self, file: BinaryIO | None) -> None:
        """Count the previous file as finished, and follow this one."""
        self._finished, self._open = self.done, file


class _Current:
    meter: Meter | None = None


@contextmanager
def metering() -> Iterator[Meter]:
    """A context in which a new meter follows the files that `seqkit.io.text_files.opened` opens."""
    before, _Current.meter = _Current.meter, Meter()
    try:
        yield _Current.meter
    finally:
        _Current.meter = before


@contextmanager
def metered(file: BinaryIO) -> Iterator[None]:
    """Let the active meter, if any, follow this file until the block ends."""
    meter = _Current.meter
    if meter is not None:
        meter.watch(file)
    try:
        yield
    finally:
        if meter is not None:
            meter.watch(None)
