"""Streams that obey `ReadLimits`: decompressed content, and files of limited size."""

from __future__ import annotations

import io
import math
from typing import Any, BinaryIO, cast

from seqkit.io.limits import check_bytes, check_ratio, check_time, current_limits


class Counted(io.RawIOBase):
    """Reads a file and counts the bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.count = file, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; returns the number of bytes."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class Bounded(io.RawIOBase):
    """Reads the content of a file, and checks the limits of bytes, ratio and seconds."""

    def __init__(self, content: Any, path: object, packed: Counted | None = None) -> None:
        """Args: path, for messages; packed, counts the compressed bytes, if the file is compressed."""
        self._content, self._path, self._packed, self._count = content, path, packed, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; returns the number of bytes. Raises SeqkitError if a limit is exceeded."""
        check_time(self._path)
        data = self._content.read1(len(buffer))
        buffer[: len(data)] = data
        self._count += len(data)
        check_bytes(self._path, self._count)
        if self._packed is not None:
            check_ratio(self._path, self._packed.count, self._count)
        return len(data)


def bounded(content: Any, path: object, packed: Counted | None = None) -> BinaryIO:
    """Wrap the content of a file in a reader that checks the limits. Args: as for `Bounded`."""
    return cast(BinaryIO, io.BufferedReader(Bounded(content, path, packed), 1 << 16))


def is_bounded() -> bool:
    """Whether uncompressed files have a limit of bytes or seconds."""
    limits = current_limits()
    return math.isfinite(limits.bytes) or math.isfinite(limits.seconds)
