"""Files that count and hash what is written to them."""

from __future__ import annotations

import hashlib
import io
from typing import Any, BinaryIO


class Counted(io.RawIOBase):
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file, self._hash, self.count = file, hashlib.sha256(), 0

    def writable(self) -> bool:
        """Always True."""
        return True

    def write(self, data: Any) -> int:
        """Write, count and hash."""
        self._file.write(data)
        self._hash.update(data)
        self.count += len(data)
        return len(data)

    def tell(self) -> int:
        """Number of bytes written."""
        return self.count

    @property
    def sha256(self) -> str:
        """The sha256 of all bytes written."""
        return self._hash.hexdigest()
