"""Read inputs as streams of bytes: from any position, compressed or not, local or remote."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from seqkit.errors import SeqkitError
from seqkit.io.limits import check_ratio
from seqkit.io.packing import LONGEST_MAGIC, PACKINGS, blocks, faults, packing_of, suffix_of_packing
from seqkit.io.remote import file_system, is_remote
from seqkit.io.segment import Segment
from seqkit.io.zip_files import on_disk, opened_member

MOST_AT_ONCE = 1 << 26
"""Maximum decompressed bytes of a small file, which is read as a whole."""


@contextmanager
def opened_raw(path: str) -> Iterator[BinaryIO]:
    """Open the stored bytes of a file, or of a member of a zip file."""
    if is_remote(path):
        system, name = file_system(path)
        with system.open(name, "rb") as file:
            yield file
        return
    archive, member = on_disk(path)
    if member and archive.is_file():
        with opened_member(archive, member) as packed:
            yield packed
        return
    with open(path, "rb") as plain:
        yield plain


class Stream:
    """Yields the decompressed bytes of a file in blocks, and counts the stored bytes that were read."""

    def __init__(self, path: str, skip: int = 0) -> None:
        """Args: skip, number of decompressed bytes to skip; an uncompressed file is sought."""
        self.path, self._skip = path, skip
        self.fault: SeqkitError | None = None
        """The error about damaged data that ended the iteration, if any."""
        self.read_bytes = 0
        """Number of stored bytes that were read."""

    def __iter__(self) -> Iterator[bytes]:
        with opened_raw(self.path) as file:
            for block in self._after_skip(file):
                self.read_bytes = file.tell()
                yield block
            self.read_bytes = file.tell()

    def _after_skip(self, file: BinaryIO) -> Iterator[bytes]:
        skip = self._skip
        if skip and file.seekable():
            packed = packing_of(file.read(LONGEST_MAGIC)) is not None
            file.seek(0 if packed else skip)
            if not packed:
                # From the middle of the file, do not detect compression: the bytes may look compressed by chance.
                while block := file.read(1 << 18):
                    yield block
                return
        try:
            unpacked = 0
            for block in blocks(file):
                unpacked += len(block)
                check_ratio(self.path, file.tell(), unpacked)
                if skip >= len(block):
                    skip -= len(block)
                    continue
                yield block[skip:] if skip else block
                skip = 0
        except faults() as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise  # an error of the disk, not of the content
            self.fault = damaged(self.path, error)
        except SeqkitError as error:  # the ratio exceeds the limit
            self.fault = error


def damaged(path: str, error: Exception) -> SeqkitError:
    """Create the error for a compressed file that is truncated, or cannot be decompressed."""
    packing = PACKINGS.get(suffix_of_packing(path), PACKINGS[".gz"])
    problem = (
        f"{path}: the {packing.name} file is truncated or damaged ({error}); everything before it was read"
    )
    return SeqkitError(problem, f"Get the file again; `{packing.test}` checks it.")


def segment_of(path: str) -> tuple[Segment, str, SeqkitError | None]:
    """Read a small file. Returns its content, the sha256 of its decompressed bytes, and the error, if any."""
    stream, blocks, size = Stream(path), list[bytes](), 0
    for block in stream:
        blocks.append(block)
        size += len(block)
        if size > MOST_AT_ONCE:
            fault = SeqkitError(
                f"{path}: a small file that expands to more than {MOST_AT_ONCE >> 20} MB",
                "Decompress it, and name the decompressed file.",
            )
            return Segment(path, b""), "", fault
    data = b"".join(blocks)
    return Segment(path, data), hashlib.sha256(data).hexdigest(), stream.fault


def sha256_of(path: str) -> str:
    """Compute the sha256 of the stored bytes of a file."""
    with opened_raw(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
