"""A part of a file that readers take for the file: its bytes are given, and its place in the file is known."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Self


class Segment(str):
    """The path of a file, with the bytes of a part of it.

    `seqkit.io.text_files` opens it as a file that holds these bytes, and numbers its lines as the file has them. A
    reader must hand it on as it is, or by `os.fspath`: `str(path)` is the name alone.
    """

    data: bytes
    line: int
    """Number of its first line in the file, from 1."""
    record: int
    """Records of the file before it."""
    offset: int
    """Characters of running text before it."""
    begins: bool
    """Whether it is the first part of the file."""
    opened: bool
    """Whether a reader has opened it."""

    def __new__(
        cls, path: str, data: bytes, line: int = 1, record: int = 0, offset: int = 0, begins: bool = True
    ) -> Self:
        """Args: path, that of the file, for messages and for its suffix."""
        made = super().__new__(cls, path)
        made.data, made.line, made.record, made.offset = data, line, record, offset
        made.begins, made.opened = begins, False
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (str(self), self.data, self.line, self.record, self.offset, self.begins)

    def open(self) -> BinaryIO:
        """The bytes as a file."""
        self.opened = True
        return io.BytesIO(self.data)


def first_line(path: object) -> int:
    """The number of the first line of a file, 1, or of a part of one."""
    return path.line if isinstance(path, Segment) else 1


def first_record(path: object) -> int:
    """Records before a part of a file; 0 of a file."""
    return path.record if isinstance(path, Segment) else 0
