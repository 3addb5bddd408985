"""A lock on a folder, so that one process at a time writes to it: flock(2), else the record of a running process.

The lock file contains pid and host of its owner. The operating system releases the lock whenever that process ends; a
killed process leaves an unlocked file, which the next process takes over.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from seqkit.errors import SeqkitError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL)
"""Errors of flock on file systems without locks."""
PATIENCE = 1.0
"""Seconds to wait for a new owner to write its record into the lock file."""


@dataclass(frozen=True)
class Owner:
    """The process that holds a lock."""

    pid: int
    host: str
    since: str
    """Local time when it took the lock, to the second."""

    @classmethod
    def this(cls) -> Owner:
        """Return the record of this process."""
        return cls(os.getpid(), socket.gethostname(), time.strftime("%Y-%m-%d %H:%M:%S"))

    @property
    def may_live(self) -> bool:
        """Whether the process may still run; always True for another host."""
        if self.host != socket.gethostname():
            return True
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


UNKNOWN = Owner(0, "an unknown host", "an unknown time")


def owner_of(path: Path) -> Owner | None:
    """Return the process that holds the lock file `path`, or None."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    try:
        return None if _lock(descriptor, path, shared=True) else _named_owner(path)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path, what: str) -> Iterator[Owner | None]:
    """Hold the lock file `path` within the block. Yields the owner of a stale lock that was taken over, or None.

    Creates missing folders and removes them at the end if they are still empty. Raises SeqkitError, which names pid and
    host, if another process holds the lock. Args: what, the locked thing, for the message.
    """
    made = [folder for folder in path.parents if not folder.exists()]
    descriptor = _acquired(path, what)
    try:
        before = _read(path)
        _write(descriptor, Owner.this())
        yield before
    finally:
        # Remove the file while it is locked: no other process can lock a file that is about to be removed.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


def check_unlocked(path: Path, what: str) -> None:
    """Raise SeqkitError if another process holds the lock file `path`."""
    if owner := owner_of(path):
        raise _refusal(path, what, owner)


def _acquired(path: Path, what: str) -> int:
    """Lock the file and return its descriptor.

    Retries for PATIENCE seconds, because `owner_of` in another process holds the lock briefly.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # The last owner removed its empty folder in between.
            continue
        except OSError as error:
            problem = f"{path}: cannot be written ({error.strerror})"
            raise SeqkitError(problem, "Choose another path.") from error
        if not _lock(descriptor, path):
            os.close(descriptor)
            owner = _read(path)
            if (owner is not None and owner.may_live) or time.monotonic() > deadline:
                raise _refusal(path, what, owner or UNKNOWN)
            time.sleep(0.05)
            continue
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)


def _lock(descriptor: int, path: Path, *, shared: bool = False) -> bool:
    """Try to lock the file. Returns whether it is locked or, on file systems without locks, whether its owner ended."""
    if fcntl is not None:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno not in UNSUPPORTED:
                raise
    owner = _read(path)
    return owner is None or not owner.may_live


def _is_still(path: Path, descriptor: int) -> bool:
    """Whether the path still names the locked file: the last owner may have removed it in between."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _named_owner(path: Path) -> Owner:
    """The owner of a held lock. Waits for a new owner to replace the record of one that has ended."""
    deadline = time.monotonic() + PATIENCE
    while True:
        owner = _read(path)
        if (owner is not None and owner.may_live) or time.monotonic() > deadline:
            return owner or UNKNOWN
        time.sleep(0.05)


def _read(path: Path) -> Owner | None:
    """The process recorded in the file, or None."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return Owner(int(record["pid"]), str(record["host"]), str(record["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(descriptor: int, owner: Owner) -> None:
    """Record the owner in place: a new file of the same name would not be locked."""
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, (json.dumps(asdict(owner)) + "\n").encode(), 0)


def _refusal(path: Path, what: str, owner: Owner) -> SeqkitError:
    fix = "Wait until it ends, stop it, or choose another folder."
    if owner.host != socket.gethostname():
        fix += f" If that host is gone, delete {path}."
    return SeqkitError(f"{what}: in use by {owner}", fix)
