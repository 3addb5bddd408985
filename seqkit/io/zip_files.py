"""Read files inside zip files, with paths in which the zip file is a folder: `deu-eng.zip/deu.txt`."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.io.limits import check_ratio
from seqkit.io.safe_paths import fault_of_path

FAULTS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, EOFError, OSError),
    *(ValueError, LookupError, struct.error, OverflowError),
)
"""Exceptions of zipfile for files that are truncated, damaged, encrypted, or compressed by an unknown method."""
FIX = "Get the file again; `unzip -t` checks it."


def on_disk(path: str | Path) -> tuple[Path, str]:
    """Split a path into a zip file and the name inside it ("" if the path does not lead into a zip file)."""
    whole = Path(path)
    for folder in whole.parents:
        if folder.suffix.lower() == ".zip":
            return folder, whole.relative_to(folder).as_posix()
    return whole, ""


@contextmanager
def opened_member(archive: Path, member: str) -> Iterator[BinaryIO]:
    """Open a file inside a zip file for reading bytes.

    Raises SeqkitError if the archive is not a zip file, cannot be unpacked, or does not contain the member, and if the
    member's name could lead out of a folder.
    """
    if fault := fault_of_path(member):
        raise SeqkitError(f"{archive}: the name {member!r} in it {fault}", "Rename it in the archive.")
    with _located(archive):
        packed = zipfile.ZipFile(archive)
    with packed:
        names = [name for name in packed.namelist() if not name.endswith("/")]
        if member not in names:
            raise SeqkitError(f"{archive}: does not contain '{member}'", did_you_mean(member, names))
        info = packed.getinfo(member)
        check_ratio(archive / member, info.compress_size, info.file_size)
        with _located(archive / member):
            file = packed.open(member)
        with file:
            yield cast(BinaryIO, io.BufferedReader(_Member(file, archive / member), 1 << 16))


@contextmanager
def _located(place: Path) -> Iterator[None]:
    """A context in which exceptions of zipfile become a SeqkitError that names archive and member."""
    try:
        yield
    except PermissionError as error:
        raise SeqkitError(f"{place}: cannot be read ({error.strerror})", "Check its permissions.") from error
    except FAULTS as error:
        reason = str(error).splitlines()[:1] or [type(error).__name__]
        raise SeqkitError(f"{place}: cannot be unpacked ({reason[0][:200]})", FIX) from error


class _Member(io.RawIOBase):
    """Reads the content of a member; errors become a SeqkitError."""

    def __init__(self, file: IO[bytes], place: Path) -> None:
        self._file, self._place, self._at = file, place, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; returns the number of bytes. Raises SeqkitError for damaged data."""
        with _located(self._place):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        """Return the number of bytes read; the file does not support seek."""
        return self._at
