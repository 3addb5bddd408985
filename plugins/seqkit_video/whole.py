"""Check that a film's file is complete; decoders ignore a missing end."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

GIF_EXTENSION, GIF_IMAGE, GIF_TRAILER = b"\x21", b"\x2c", b"\x3b"
SEGMENT = b"\x18\x53\x80\x67"
"""ID of the Matroska element that contains all others."""


def gif_is_whole(path: Path) -> bool:
    """Whether the blocks of a GIF file (GIF89a, section 17 and on) lead to its trailer; bytes after it are ignored."""
    with open(path, "rb") as file:
        head = file.read(13)
        if len(head) < 13:
            return False
        _skip_colours(file, head[10])
        while (kind := file.read(1)) in (GIF_EXTENSION, GIF_IMAGE):
            if kind == GIF_IMAGE:
                _skip_colours(file, file.read(9)[-1:].ljust(1, b"\0")[0])
            # The label of an extension, or the size of the first codes of an image.
            file.read(1)
            while size := file.read(1):
                if size == b"\0":
                    break
                file.seek(size[0], 1)
        return kind == GIF_TRAILER


def _skip_colours(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 * 2 ** ((flags & 7) + 1), 1)


def webm_is_whole(path: Path) -> bool | None:
    """Whether a WebM file is as long as its segment declares (RFC 8794); None if it declares no length."""
    with open(path, "rb") as file:
        file.read(4)
        header = _size(file)
        if header is None:
            return None
        file.seek(header, 1)
        if file.read(4) != SEGMENT:
            return None
        size = _size(file)
        return None if size is None else path.stat().st_size >= file.tell() + size


def _size(file: BinaryIO) -> int | None:
    """An EBML length: as many zero bits as bytes follow, a one, the number; None (all ones) if unknown."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    number = int.from_bytes(bytes([first[0] & (0x7F >> more)]) + file.read(more), "big")
    return None if number == 2 ** (7 * (more + 1)) - 1 else number
