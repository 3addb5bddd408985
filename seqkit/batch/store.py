"""The output folder of a run: files that appear complete or not at all, and a log of rows for each writer."""

from __future__ import annotations

import io
import json
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from seqkit.errors import SeqkitError
from seqkit.io.atomic import atomic_write, sync_folder
from seqkit.io.remote import is_remote

Row = dict[str, Any]
UNFINISHED = re.compile(r"\..*[.-][0-9a-f]{8}\.part")
"""Names of files that are being written."""


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


class LocalStore(Store):
    """A folder on a file system whose rename is atomic."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._logs: dict[str, BinaryIO] = {}
        self._locks: list[BinaryIO] = []
        self._soon: list[tuple[Path, Path]] = []
        self._folders: set[Path] = set()

    def path(self, name: str) -> Path:
        """The path of a file."""
        return Path(self.root, name)

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        """Write a temporary file in the same folder, sync it, rename it, and sync the folder."""
        self._make_folder(self.path(name).parent)
        with atomic_write(self.path(name), pack=False, links=False) as file:
            yield file

    def _make_folder(self, folder: Path) -> None:
        """Create a folder and its parents durably."""
        if folder in self._folders:
            return
        missing = [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for one in reversed(missing):
            sync_folder(one.parent)
        self._folders.add(folder)

    def open(self, name: str) -> BinaryIO:
        return open(self.path(name), "rb")

    def size(self, name: str) -> int | None:
        try:
            return self.path(name).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        self.path(name).unlink(missing_ok=True)

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(name for name in os.listdir(self.path(folder)) if not name.startswith("."))
        except FileNotFoundError:
            return []

    def create(self, name: str, data: bytes) -> bool:
        """Create a file by a hard link, which fails if the name exists."""
        self._make_folder(self.path(name).parent)
        draft = self.path(name).with_name(f".{os.getpid()}-{os.urandom(4).hex()}.part")
        try:
            with open(draft, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, self.path(name))
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        sync_folder(self.path(name).parent)
        return True

    def append(self, log: str, row: Row) -> None:
        if log not in self._logs:
            self._make_folder(self.path(log).parent)
            self._logs[log] = open(self.path(log), "ab")  # noqa: SIM115 (open to the end)
            sync_folder(self.path(log).parent)
        file = self._logs[log]
        file.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())

    def fresh_rows(self, folder: str, seen: dict[str, int]) -> Iterator[Row]:
        """Read the complete lines: a last line without its end was not finished, or is being written."""
        for name in self.names(folder):
            with self.open(f"{folder}/{name}") as file:
                file.seek(seen.get(name, 0))
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    seen[name] = seen.get(name, 0) + len(line)
                    yield json.loads(line)

    def move(self, name: str, target: str) -> None:
        self._make_folder(self.path(target).parent)
        os.replace(self.path(name), self.path(target))
        sync_folder(self.path(target).parent)

    def lock(self, name: str) -> bool:
        """Lock by flock, which the end of the process releases. File systems without flock have no lock."""
        try:
            import fcntl
        except ImportError:
            return True
        self._make_folder(self.path(name).parent)
        file = open(self.path(name), "wb")  # noqa: SIM115 (open to the end)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        except OSError:
            pass
        self._locks.append(file)
        return True

    def clean(self, folders: set[str], internal: str) -> None:
        """Recognise unfinished files by their names (`seqkit.io.atomic`)."""
        for folder in {*folders, internal}:
            for path in self.path(folder).glob(".*.part"):
                if UNFINISHED.fullmatch(path.name):
                    path.unlink(missing_ok=True)
        super().clean(folders, internal)

    def close(self) -> None:
        """Release locks and logs."""
        for file in (*self._locks, *self._logs.values()):
            file.close()
        self._locks, self._logs = [], {}

    def put_soon(self, name: str, data: bytes) -> None:
        """Write under a temporary name until `settle`: syncing each small file would be slower than all other work."""
        target = self.path(name)
        self._make_folder(target.parent)
        draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
        draft.write_bytes(data)
        self._soon.append((draft, target))

    def settle(self) -> None:
        """Sync all files at once, rename them, then sync the folders."""
        if not self._soon:
            return
        os.sync()
        for draft, target in self._soon:
            os.replace(draft, target)
        for folder in {target.parent for _, target in self._soon}:
            sync_folder(folder)
        self._soon = []


def open_store(root: str) -> Store:
    """The store at a path or URL."""
    if is_remote(root):
        from seqkit.batch.store_objects import ObjectStore

        return ObjectStore(root)
    return LocalStore(root)


class Counted(io.RawIOBase):
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: BinaryIO) -> None:
        import hashlib

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


def refuse_file(root: str) -> None:
    """Raise SeqkitError if the output folder is a file, or cannot be written."""
    from seqkit.io.atomic import check_folder

    if not is_remote(root):
        if os.path.exists(root) and not os.path.isdir(root):
            raise SeqkitError(f"{root}: is a file", "Name a folder: --out.", exit_code=2)
        check_folder(Path(root))
