"""Write files atomically: a file appears complete or not at all."""

from __future__ import annotations

import errno
import gzip
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from seqkit.errors import SeqkitError
from seqkit.io.streams import STDERR, STDOUT, stdout_descriptor
from seqkit.runtime.signals import unfinished

STREAM = re.compile(r"(?:/dev/(?=std(?:out|err)$|fd/)(?:fd/)?|/proc/self/fd/)(stdout|stderr|\d+)")
"""Paths of open file descriptors."""
FULL = (errno.ENOSPC, errno.EFBIG, *([errno.EDQUOT] if hasattr(errno, "EDQUOT") else []))
"""Error numbers of a full disk, an exceeded file size limit, and an exceeded quota."""


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable by fsync of the folder itself. Does nothing on Windows."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def readable(path: str | Path) -> str:
    """A path as text; bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


@contextmanager
def atomic_write(path: str | Path, *, pack: bool = True, links: bool = True) -> Iterator[BinaryIO]:
    """Open a binary file that replaces `path` only when the block ends without an error.

    The content goes to a temporary file in the same folder, which is synced and renamed; then the folder is synced.
    Links are followed. Pipes, devices and open streams (`/dev/stdout`) are written directly. If the name ends in
    `.gz`, the content is compressed without a time stamp, so that equal content gives equal bytes.

    Args:
        pack: whether to compress a `.gz` file; False for content that is already compressed.
        links: whether to follow a link; False in a folder with files from others, where it may lead out of the folder.

    Raises SeqkitError, with path and reason, if the file cannot be written.
    """
    target = Path(path)
    if not links and target.is_symlink():
        problem = f"{target}: is a link, which may lead out of its folder"
        raise SeqkitError(problem, "Replace it by the file itself.")
    stream = STREAM.fullmatch(str(target))
    opened = _in_place(target) if stream or (target.exists() and not target.is_file()) else _replacing(target)
    try:
        with opened as file:
            if pack and target.suffix.lower() == ".gz":
                with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed:
                    yield cast(BinaryIO, packed)
            else:
                yield file
    except OSError as error:
        if error.errno not in FULL or error.filename is not None:
            raise
        raise _failed(target, error) from error


def _in_place(target: Path) -> BinaryIO:
    """Open a pipe, device or stream. Raises SeqkitError for a folder, and if it cannot be opened."""
    if target.is_dir():
        raise SeqkitError(f"{target}: is a folder", "Name a file to write to.", exit_code=2)
    stream = STREAM.fullmatch(str(target))
    try:
        if stream:
            # Opening by name would truncate the file that the shell redirects to.
            number = {"stdout": STDOUT, "stderr": STDERR}.get(stream[1]) or int(stream[1])
            return open(os.dup(stdout_descriptor() if number == STDOUT else number), "wb")
        return open(target, "wb")
    except OSError as error:
        raise _unwritable(target, error) from error


@contextmanager
def _replacing(target: Path) -> Iterator[BinaryIO]:
    """Open a temporary file in the target's folder; rename it to the target at the end."""
    if target.is_symlink():
        target = Path(os.path.realpath(target))
    if not target.parent.is_dir():
        raise SeqkitError(
            f"{target}: the folder {target.parent} does not exist", "Create it first.", exit_code=2
        )
    part = target.parent / f".{target.name}.{os.urandom(4).hex()}.part"
    # Register the name before the file exists: a signal may arrive at any moment.
    with unfinished(part):
        try:
            with _created(part, target) as file:
                yield file
                with failures_named(target):
                    file.flush()
                    os.fsync(file.fileno())
            with failures_named(target):
                os.chmod(part, _mode_of(target))
                os.replace(part, target)
                sync_folder(target.parent)
        except BaseException:
            with suppress(OSError):  # the file system may be gone
                part.unlink(missing_ok=True)
            raise


def _created(part: Path, target: Path) -> BinaryIO:
    """Create a file that only its owner can read. Raises SeqkitError, which names `target`, if that fails."""
    try:
        return io.BufferedWriter(_Written(part, target))
    except OSError as error:
        raise _unwritable(target, error) from error


class _Written(io.FileIO):
    """A new file; write errors become a SeqkitError that names its target."""

    def __init__(self, part: Path, target: Path) -> None:
        super().__init__(part, "xb", opener=lambda path, flags: os.open(path, flags, 0o600))
        self._target = target

    def write(self, data: Any) -> int:
        """Write data; returns the number of bytes written. Raises SeqkitError if that fails."""
        try:
            return os.write(self.fileno(), data)
        except InterruptedError:
            raise  # BufferedWriter retries
        except OSError as error:
            raise _failed(self._target, error) from error


@contextmanager
def failures_named(target: Path) -> Iterator[None]:
    """A context in which an OSError becomes a SeqkitError that names `target`, the file that is being written."""
    try:
        yield
    except OSError as error:
        raise _failed(target, error) from error


def _failed(target: Path, error: OSError) -> SeqkitError:
    fix = "Check the disk and its permissions, and try again."
    if error.errno in FULL:
        fix = "Free some disk space, or choose another path."
    return SeqkitError(f"{target}: cannot be written ({error.strerror or error})", fix)


def _unwritable(target: Path, error: OSError) -> SeqkitError:
    return SeqkitError(f"{target}: cannot be written ({error.strerror})", "Choose another path.")


def _mode_of(target: Path) -> int:
    """The mode of the existing file, else 0666 masked by the umask."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def check_folder(folder: Path) -> None:
    """Raise SeqkitError if a folder does not exist and cannot be created, or is not writable."""
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise SeqkitError(
            f"{existing}: is a file, not a folder", f"Choose another path than {folder}.", exit_code=2
        )
    if not os.access(existing, os.W_OK | os.X_OK):
        raise SeqkitError(
            f"{folder}: cannot be written (no permission in {existing})", "Choose another path."
        )


def write_text(path: str | Path, text: str) -> None:
    """Write `text` as UTF-8, atomically. Refuses a link, as `atomic_write` with `links=False`."""
    with atomic_write(path, links=False) as file:
        file.write(text.encode("utf-8"))
