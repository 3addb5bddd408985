"""Files that count and hash the written bytes."""

from __future__ import annotations

import hashlib
import io
from typing import Any, BinaryIO


class Counted(io.RawIOBase):
    """A file that counts and hashes the written bytes."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._hash, self.count = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Write, count and hash data; returns the number of bytes."""
        self._file.write(data)
        self._hash.update(data)
        self.count += len(data)
        return len(data)

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self.count

    @property
    def sha256(self) -> str:
        """The sha256 of all bytes written."""
        return self._hash.hexdigest()
