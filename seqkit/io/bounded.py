"""Streams that obey `ReadLimits`: decompressed content, and files of limited size."""

from __future__ import annotations

import io
import math
from typing import Any, BinaryIO, cast

from seqkit.io.limits import check_bytes, check_ratio, check_time, current_limits


class Counted(io.RawIOBase):
    """The bytes of a file, with their number."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self.count = file, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; returns the number of bytes."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        return len(data)


class Bounded(io.RawIOBase):
    """The content of a file, checked against the limits of bytes, ratio and seconds as it is read."""

    def __init__(self, content: Any, path: object, packed: Counted | None = None) -> None:
        """Args: packed, the compressed bytes that the content is made of."""
        self._content, self._path, self._packed, self._count = content, path, packed, 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer. Raises SeqkitError if a limit is met."""
        check_time(self._path)
        data = self._content.read1(len(buffer))
        buffer[: len(data)] = data
        self._count += len(data)
        check_bytes(self._path, self._count)
        if self._packed is not None:
            check_ratio(self._path, self._packed.count, self._count)
        return len(data)


def bounded(content: Any, path: object, packed: Counted | None = None) -> BinaryIO:
    """The content, within the limits."""
    return cast(BinaryIO, io.BufferedReader(Bounded(content, path, packed), 1 << 16))


def is_bounded() -> bool:
    """Whether files that are not compressed have a limit of bytes or seconds."""
    limits = current_limits()
    return math.isfinite(limits.bytes) or math.isfinite(limits.seconds)
