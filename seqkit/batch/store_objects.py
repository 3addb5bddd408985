"""An output folder on an object store, through fsspec. Objects appear complete or not at all; there is no append.

Each row of a log is a separate object. A file is written to a local temporary file and then uploaded. A rename is a
copy, and its row is logged after it.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from seqkit.batch.store import Row, Store, line_of, row_of
from seqkit.io.remote import file_system

IN_MEMORY = 1 << 24
"""Maximum bytes of a file that is buffered in memory; larger files are buffered on disk."""
_CREATING = threading.Lock()


class ObjectStore(Store):
    """A prefix of a bucket."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._system, self._base = file_system(root)
        self._rows = 0

    def _path(self, name: str) -> str:
        return f"{self._base}/{name}"

    @contextmanager
    def write(self, name: str) -> Iterator[BinaryIO]:
        """Upload the object when the block ends without an error; an interrupted upload leaves no object."""
        with tempfile.SpooledTemporaryFile(IN_MEMORY) as buffer:
            yield buffer  # type: ignore[misc]
            if buffer.tell() <= IN_MEMORY:
                buffer.seek(0)
                self._system.pipe_file(self._path(name), buffer.read())
                return
            buffer.seek(0)
            with tempfile.NamedTemporaryFile() as whole:
                shutil.copyfileobj(buffer, whole, 1 << 20)
                whole.flush()
                self._system.put_file(whole.name, self._path(name))

    def open(self, name: str) -> BinaryIO:
        opened: BinaryIO = self._system.open(self._path(name), "rb")
        return opened

    def size(self, name: str) -> int | None:
        try:
            return int(self._system.info(self._path(name), refresh=True)["size"])
        except TypeError:
            return self._size(name)
        except FileNotFoundError:
            return None

    def _size(self, name: str) -> int | None:
        """The size, for file systems whose `info` has no argument `refresh`."""
        try:
            return int(self._system.info(self._path(name))["size"])
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        try:
            self._system.rm_file(self._path(name))
        except FileNotFoundError:
            return

    def names(self, folder: str) -> list[str]:
        self._system.invalidate_cache()
        try:
            paths = self._system.ls(self._path(folder), detail=False)
        except FileNotFoundError:
            return []
        return sorted(path.rsplit("/", 1)[-1] for path in paths)

    def create(self, name: str, data: bytes) -> bool:
        """Create an object. If the store has conditional writes, like S3, only one of two writers succeeds."""
        with _CREATING:
            if self.size(name) is not None:
                return False
            try:
                self._system.pipe_file(self._path(name), data, mode="create")
            except FileExistsError:
                return False
            except (TypeError, ValueError, NotImplementedError):
                self._system.pipe_file(self._path(name), data)
            return True

    def append(self, log: str, row: Row) -> None:
        """Write a row as an object whose name contains the number of the row."""
        self._rows += 1
        name = f"{log.removesuffix('.jsonl')}-{self._rows:07d}.json"
        self._system.pipe_file(self._path(name), line_of(row).removesuffix(b"\n"))

    def fresh_rows(self, folder: str, seen: dict[str, int]) -> Iterator[Row]:
        for name in self.names(folder):
            if name not in seen:
                path = f"{folder}/{name}"
                row = row_of(self._system.cat_file(self._path(path)), f"{self.root}/{path}")
                seen[name] = 1
                yield row

    def move(self, name: str, target: str) -> None:
        """Copy, then delete: an object store has no rename."""
        self._system.cp_file(self._path(name), self._path(target))
        self.delete(name)

    def put_soon(self, name: str, data: bytes) -> None:
        """Write the object, which is then durable."""
        self.put(name, data)

    def settle(self) -> None:
        """Do nothing: objects of `put_soon` are durable."""
