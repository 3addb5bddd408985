"""A part of a file that readers open like a file: its bytes, and its position in the whole file."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Self


class Segment(str):
    """The path of a file, with the bytes of a part of the file.

    `seqkit.io.text_files` opens it as a file with these bytes, and numbers its lines as in the whole file. A reader
    must pass it on unchanged, or by `os.fspath`; `str(path)` loses the bytes.
    """

    data: bytes
    line: int
    """Line number of its first line in the whole file, from 1."""
    record: int
    """Number of records in the file before this part."""
    offset: int
    """Number of characters of running text in the file before this part."""
    begins: bool
    """Whether this is the first part of the file."""
    opened: bool
    """Whether a reader has opened this part."""

    def __new__(
        cls, path: str, data: bytes, line: int = 1, record: int = 0, offset: int = 0, begins: bool = True
    ) -> Self:
        """Args: path, the path of the whole file, for messages and for its suffix."""
        made = super().__new__(cls, path)
        made.data, made.line, made.record, made.offset = data, line, record, offset
        made.begins, made.opened = begins, False
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.data, self.line, self.record, self.offset, self.begins)

    def open(self) -> BinaryIO:
        """Open the bytes as a file."""
        self.opened = True
        return io.BytesIO(self.data)


def first_line(path: object) -> int:
    """Return the number of the first line: 1 for a file, more for a later part of a file."""
    return path.line if isinstance(path, Segment) else 1


def first_record(path: object) -> int:
    """Return the number of records before a part of a file; 0 for a whole file."""
    return path.record if isinstance(path, Segment) else 0
