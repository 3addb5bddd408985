"""How much of the input files has been read: what a progress bar needs to know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO


class Meter:
    """Counts the bytes on disk of the files that are read while it is active."""

    def __init__(self) -> None:
        self._finished = 0
        self._open: BinaryIO | None = None

    @property
    def done(self) -> int:
        """Bytes read so far. A packed file counts by its packed bytes."""
        here = 0
        if self._open is not None:
            with suppress(OSError, ValueError):
                here = self._open.tell()
        return self._finished + here

    def watch(self, file: BinaryIO | None) -> None:
        """Count the file that is open so far as finished, and follow this one."""
        self._finished, self._open = self.done, file


class _Current:
    meter: Meter | None = None


@contextmanager
def metering() -> Iterator[Meter]:
    """Within it, the meter follows what `seqkit.io.text_files.opened` opens."""
    before, _Current.meter = _Current.meter, Meter()
    try:
        yield _Current.meter
    finally:
        _Current.meter = before


@contextmanager
def metered(file: BinaryIO) -> Iterator[None]:
    """Let the meter that is on, if any, follow this file until the block ends."""
    meter = _Current.meter
    if meter is not None:
        meter.watch(file)
    try:
        yield
    finally:
        if meter is not None:
            meter.watch(None)
