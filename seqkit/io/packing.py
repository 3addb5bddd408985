"""Compressed files: gzip, bzip2, xz and Zstandard, recognised by their first bytes."""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import partial
from os import PathLike, fspath
from typing import Any, BinaryIO, NamedTuple, cast

from seqkit.errors import MissingPackageError, SeqkitError
from seqkit.io.bounded import Counted, bounded, is_bounded
from seqkit.io.pipes import PausingReader

BLOCK = 1 << 18
"""Bytes per read."""
UNPACKED = 1 << 20
"""Maximum bytes per decompression step: a small file may expand without limit."""


class Packing(NamedTuple):
    """A compression format."""

    name: str
    magic: bytes
    """The first bytes of such a file."""
    opened: Callable[[Any], Any]
    """Opens a compressed file for reading its content."""
    test: str
    """The shell command that checks a file."""
    unpacker: Callable[[], Any]
    """Creates an object with `decompress(data, max_length)`, `eof`, `needs_input` and `unused_data`."""


class _Gunzip:
    """A gzip decompressor with the interface of those of bz2, lzma and zstd."""

    def __init__(self) -> None:
        self._unpacker = zlib.decompressobj(wbits=31)

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Return at most `max_length` bytes; the rest of `data` is buffered for the next call."""
        return self._unpacker.decompress(self._unpacker.unconsumed_tail + data, max_length)

    @property
    def eof(self) -> bool:
        """Whether the end of the stream was reached."""
        return self._unpacker.eof

    @property
    def needs_input(self) -> bool:
        """Whether `decompress` needs more data to return anything."""
        return not self._unpacker.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """The bytes after the end of the stream."""
        return self._unpacker.unused_data


def zstd() -> Any:
    """Import `compression.zstd` or `backports.zstd`. Raises MissingPackageError if neither exists."""
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    fix = "Install it: pip install backports.zstd (in a checkout: pip install '.[batch]'), or unpack by `zstd -d`."
    raise MissingPackageError("Zstandard needs the package backports.zstd", fix)


def _open_zstd(file: Any) -> Any:
    return zstd().ZstdFile(file)


PACKINGS = {
    ".gz": Packing("gzip", b"\x1f\x8b", lambda file: gzip.GzipFile(fileobj=file), "gzip -t", _Gunzip),
    ".bz2": Packing("bzip2", b"BZh", bz2.BZ2File, "bzip2 -t", bz2.BZ2Decompressor),
    ".xz": Packing("xz", b"\xfd7zXZ\x00", lzma.LZMAFile, "xz -t", lzma.LZMADecompressor),
    ".zst": Packing(
        "Zstandard", b"\x28\xb5\x2f\xfd", _open_zstd, "zstd -t", lambda: zstd().ZstdDecompressor()
    ),
}
"""Suffix -> compression format."""
LONGEST_MAGIC = max(len(packing.magic) for packing in PACKINGS.values())


def faults() -> tuple[type[Exception], ...]:
    """Return the exceptions that decompressors raise for damaged data; bz2 raises OSError without a number."""
    exceptions: tuple[type[Exception], ...] = (EOFError, OSError, zlib.error, lzma.LZMAError)
    try:
        return (*exceptions, zstd().ZstdError)
    except SeqkitError:
        return exceptions


def packing_of(start: bytes) -> Packing | None:
    """Return the compression format of a file that begins with `start`; None if it is not compressed."""
    return next((packing for packing in PACKINGS.values() if start.startswith(packing.magic)), None)


def suffix_of_packing(path: str | PathLike[str]) -> str:
    """Return the suffix of a compression format at the end of a path, or ""."""
    name = fspath(path).lower()
    return next((suffix for suffix in PACKINGS if name.endswith(suffix)), "")


def without_packing(path: str | PathLike[str]) -> str:
    """Return the path without the suffix of its compression format."""
    return fspath(path)[: len(fspath(path)) - len(suffix_of_packing(path))]


def unpacked(file: BinaryIO, path: str | PathLike[str]) -> BinaryIO:
    """Decompress `file` if necessary, within the limits of `seqkit.io.limits`.

    Raises SeqkitError if the suffix names a compression format that the content does not have.
    """
    buffered = file if hasattr(file, "peek") else io.BufferedReader(cast(io.RawIOBase, file))
    start = cast(io.BufferedReader, buffered).peek(LONGEST_MAGIC)
    packing, named = packing_of(start), PACKINGS.get(suffix_of_packing(path))
    if packing is not None:
        counted = Counted(buffered)
        return bounded(packing.opened(io.BufferedReader(counted)), path, counted)
    if named is not None and (start or named.name == "gzip"):
        raise SeqkitError(
            f"{path}: is not a {named.name} file, despite its suffix", "Rename the file, or compress it."
        )
    return bounded(buffered, path) if is_bounded() and not isinstance(buffered, PausingReader) else buffered


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of a file, decompressed if necessary, block by block.

    For a damaged file, all readable bytes are yielded before the decompressor's exception (see `faults`) is raised.
    """
    data = file.read(BLOCK)
    packing = packing_of(data)
    if packing is None:
        while data:
            yield data
            data = file.read(BLOCK)
        return
    read = partial(file.read, BLOCK)
    while data:
        data = yield from _stream(packing.unpacker(), data, read)
        # Streams may be concatenated, and padded with zeros.
        data = data.lstrip(b"\0") or read()
        if data and not packing.magic.startswith(data[: len(packing.magic)]):
            return


def _stream(unpacker: Any, data: bytes, read: Callable[[], bytes]) -> Generator[bytes, None, bytes]:
    """Yield the content of one compressed stream; return the bytes after it."""
    while True:
        block = unpacker.decompress(data, UNPACKED)
        if block:
            yield block
        if unpacker.eof:
            return bytes(unpacker.unused_data)
        data = read() if unpacker.needs_input else b""
        if not data and unpacker.needs_input:
            raise EOFError("no end-of-stream marker")


@contextmanager
def packed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    """Open a stream that compresses into `file`. Equal content gives equal bytes.

    Args: suffix, of the compression format; "": none.
    """
    if suffix == "":
        yield file
        return
    if suffix == ".gz":
        opened: Any = gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
    elif suffix == ".zst":
        opened = zstd().ZstdFile(file, "wb")
    else:
        opened = {".bz2": bz2.BZ2File, ".xz": lzma.LZMAFile}[suffix](file, "wb")
    with opened:
        yield opened
