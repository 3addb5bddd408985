"""An output folder on a file system whose rename is atomic."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from seqkit.batch.store import Row, Store, line_of, row_of
from seqkit.io.atomic import atomic_write, failures_named, sync_folder

UNFINISHED = re.compile(r"\..*[.-][0-9a-f]{8}\.part")
"""Names of unfinished files."""


class LocalStore(Store):
    """A folder on a file system whose rename is atomic."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._logs: dict[str, BinaryIO] = {}
        self._locks: list[BinaryIO] = []
        self._soon: list[tuple[Path, Path]] = []
        self._folders: set[Path] = set()

    def path(self, name: str) -> Path:
        """Return the path of a file."""
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
        with failures_named(folder):
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

    def stamp(self, name: str) -> str:
        """Return the modification time in nanoseconds."""
        try:
            return str(self.path(name).stat().st_mtime_ns)
        except FileNotFoundError:
            return ""

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
            with failures_named(self.path(name)), open(draft, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(draft, self.path(name))
        except FileExistsError:
            return False
        finally:
            draft.unlink(missing_ok=True)
        with failures_named(self.path(name)):
            sync_folder(self.path(name).parent)
        return True

    def append(self, log: str, row: Row) -> None:
        with failures_named(self.path(log)):
            if log not in self._logs:
                self._make_folder(self.path(log).parent)
                self._logs[log] = open(self.path(log), "ab", buffering=0)  # noqa: SIM115 (open to the end)
                sync_folder(self.path(log).parent)
            append_whole(self._logs[log], line_of(row))

    def fresh_rows(self, folder: str, seen: dict[str, int]) -> Iterator[Row]:
        """Yield the rows of complete lines: a last line without line end is unfinished or is being written."""
        for name in self.names(folder):
            with self.open(f"{folder}/{name}") as file:
                file.seek(seen.get(name, 0))
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    seen[name] = seen.get(name, 0) + len(line)
                    yield row_of(line, f"{self.root}/{folder}/{name}")

    def move(self, name: str, target: str) -> None:
        self._make_folder(self.path(target).parent)
        with failures_named(self.path(target)):
            os.replace(self.path(name), self.path(target))
            sync_folder(self.path(target).parent)

    def lock(self, name: str) -> bool:
        """Lock with flock, which the end of the process releases. On file systems without flock, returns True."""
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
        """Delete unfinished files, which have names of `seqkit.io.atomic`, and all files in `internal`."""
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
        """Write under a temporary name until `settle`: an fsync of each small file would dominate the run time."""
        target = self.path(name)
        self._make_folder(target.parent)
        draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}.part")
        with failures_named(target):
            draft.write_bytes(data)
        self._soon.append((draft, target))

    def settle(self) -> None:
        """Sync all files with one system call, rename them, then sync their folders."""
        if not self._soon:
            return
        os.sync()
        for draft, target in self._soon:
            with failures_named(target):
                os.replace(draft, target)
        for folder in {target.parent for _, target in self._soon}:
            with failures_named(folder):
                sync_folder(folder)
        self._soon = []


def append_whole(file: BinaryIO, data: bytes) -> None:
    """Append to an unbuffered file, durably. If that fails, restore the file's size and raise OSError."""
    before, rest = os.fstat(file.fileno()).st_size, memoryview(data)
    try:
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(file.fileno())
    except OSError:
        with suppress(OSError):
            os.ftruncate(file.fileno(), before)
        raise
