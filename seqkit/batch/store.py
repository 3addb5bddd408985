"""The contract of output folders: files that appear complete or not at all, and one log of rows per writer."""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

from seqkit.errors import SeqkitError
from seqkit.io.remote import is_remote

Row = dict[str, Any]


class Store(ABC):
    """An output folder. Names of files are relative and contain slashes."""

    root: str
    """Path or URL."""

    @abstractmethod
    def write(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a binary file that appears under its name, durably, when the block ends without an error."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open a file for reading. Raises FileNotFoundError if it does not exist."""

    @abstractmethod
    def size(self, name: str) -> int | None:
        """Return the size of a file in bytes; None if it does not exist."""

    def stamp(self, name: str) -> str:
        """Return a value that changes when the file is written, such as its modification time; "" if unsupported."""
        return ""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete a file if it exists."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """Return the sorted names of the files in a folder; an empty list if the folder does not exist."""

    @abstractmethod
    def create(self, name: str, data: bytes) -> bool:
        """Write a file unless it exists. Returns whether it was written. Only one of two writers succeeds."""

    @abstractmethod
    def append(self, log: str, row: Row) -> None:
        """Add a row to a log of this process, durably."""

    @abstractmethod
    def fresh_rows(self, folder: str, seen: dict[str, int]) -> Iterator[Row]:
        """Yield the rows of all logs in a folder that were not read before, and update `seen`."""

    @abstractmethod
    def move(self, name: str, target: str) -> None:
        """Rename a file durably."""

    def read(self, name: str) -> bytes | None:
        """Return the content of a file; None if it does not exist."""
        try:
            with self.open(name) as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def put(self, name: str, data: bytes) -> None:
        """Write a small file."""
        with self.write(name) as file:
            file.write(data)

    def lock(self, name: str) -> bool:
        """Take a lock until `close`, or the end of this process. Returns False if another process holds it.

        Object stores have no locks: they return True.
        """
        return True

    def close(self) -> None:
        """Release locks and logs."""
        return

    def clean(self, folders: set[str], internal: str) -> None:
        """Delete files of killed processes: unfinished files in `folders`, and all files in `internal`."""
        for name in self.names(internal):
            self.delete(f"{internal}/{name}")

    @abstractmethod
    def put_soon(self, name: str, data: bytes) -> None:
        """Write a small file. It is durable, and visible under its name, after `settle`."""

    @abstractmethod
    def settle(self) -> None:
        """Make all files of `put_soon` durable."""


def line_of(row: Row) -> bytes:
    """Encode an object as a line of JSON. Names of files that are not UTF-8 are escaped."""
    try:
        return json.dumps(row, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(row).encode() + b"\n"


def row_of(line: bytes, log: str) -> Row:
    """Parse a row of a log. Raises SeqkitError if it is damaged, by the disk or an editor."""
    try:
        row: Row = json.loads(line)
        row["unit"]
    except (ValueError, TypeError, KeyError) as error:
        fix = "Restore the file, or begin a run in another folder."
        raise SeqkitError(f"{log}: a row of the ledger is damaged", fix) from error
    return row


def open_store(root: str) -> Store:
    """Open the store at a path or URL."""
    if is_remote(root):
        from seqkit.batch.store_objects import ObjectStore

        return ObjectStore(root)
    from seqkit.batch.store_local import LocalStore

    return LocalStore(root)


def refuse_file(root: str) -> None:
    """Raise SeqkitError if the output folder is a file, or cannot be written."""
    from seqkit.io.atomic import check_folder

    if not is_remote(root):
        if os.path.exists(root) and not os.path.isdir(root):
            raise SeqkitError(f"{root}: is a file", "Name a folder: --out.", exit_code=2)
        check_folder(Path(root))
