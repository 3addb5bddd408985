"""The contract of output folders: files that appear complete or not at all, and a log of rows for each writer."""

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
    """An output folder; files have relative names with slashes."""

    root: str
    """Path or URL."""

    @abstractmethod
    def write(self, name: str) -> AbstractContextManager[BinaryIO]:
        """Open a binary file that takes its name, durably, when the block ends without an error."""

    @abstractmethod
    def open(self, name: str) -> BinaryIO:
        """Open a file to read. Raises FileNotFoundError."""

    @abstractmethod
    def size(self, name: str) -> int | None:
        """Size of a file in bytes; None if it does not exist."""

    def stamp(self, name: str) -> str:
        """A mark of a file that changes when it is written, such as its modification time; "" if there is none."""
        return ""

    @abstractmethod
    def delete(self, name: str) -> None:
        """Delete a file if it exists."""

    @abstractmethod
    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; an empty list if the folder does not exist."""

    @abstractmethod
    def create(self, name: str, data: bytes) -> bool:
        """Write a file unless it exists; return whether it was written. Of two writers only one succeeds."""

    @abstractmethod
    def append(self, log: str, row: Row) -> None:
        """Add a row to a log of this process, durably."""

    @abstractmethod
    def fresh_rows(self, folder: str, seen: dict[str, int]) -> Iterator[Row]:
        """The rows of all logs in a folder that were not read before; updates `seen`."""

    @abstractmethod
    def move(self, name: str, target: str) -> None:
        """Rename a file durably."""

    def read(self, name: str) -> bytes | None:
        """The content of a file; None if it does not exist."""
        try:
            with self.open(name) as file:
                return file.read()
        except FileNotFoundError:
            return None

    def put(self, name: str, data: bytes) -> None:
        """Write a small file."""
        with self.write(name) as file:
            file.write(data)

    def lock(self, name: str) -> bool:
        """Take a lock until `close`, or the end of this process; False if another process has it.

        Object stores have no locks: always True.
        """
        return True

    def close(self) -> None:
        """Release locks and logs."""
        return

    def clean(self, folders: set[str], internal: str) -> None:
        """Delete files left by killed processes: unfinished files in some folders, and all files of `internal`."""
        for name in self.names(internal):
            self.delete(f"{internal}/{name}")

    @abstractmethod
    def put_soon(self, name: str, data: bytes) -> None:
        """Write a small file that is durable, and visible under its name, after `settle`."""

    @abstractmethod
    def settle(self) -> None:
        """Make everything written by `put_soon` durable."""


def row_of(line: bytes, log: str) -> Row:
    """A row of a log. Raises SeqkitError if it is damaged: only the disk, or an editor, can have done that."""
    try:
        row: Row = json.loads(line)
        row["unit"]
    except (ValueError, TypeError, KeyError) as error:
        fix = "Restore the file, or begin a run in another folder."
        raise SeqkitError(f"{log}: a row of the ledger is damaged", fix) from error
    return row


def open_store(root: str) -> Store:
    """The store at a path or URL."""
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
