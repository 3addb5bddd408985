"""Check a DocBin before spaCy loads it: its decompressed size, and the number of objects in its msgpack.

zlib expands a byte to up to 1,000 bytes, and each byte of msgpack may become an object of 70 bytes.
"""

from __future__ import annotations

import zlib

from seqkit.errors import SeqkitError
from seqkit.io.limits import check_bytes, check_ratio, check_time, current_limits, how_to_raise

STEP = 1 << 24
"""Maximum bytes per decompression step."""
FREE = 100_000
"""Number of objects that are allowed in any DocBin."""
PER_OBJECT = 16
"""Bytes of a DocBin per further allowed object: a token takes 96 bytes, and adds at most three strings."""
LARGE = 1 << 20
"""Minimum bytes of the data of one Doc for which objects are counted."""
MOST = 4_000_000
"""Maximum number of objects in the data of one Doc."""

LENGTHS = {
    **{0xC4: 1, 0xC5: 2, 0xC6: 4, 0xC7: 1, 0xC8: 2, 0xC9: 4, 0xD9: 1, 0xDA: 2, 0xDB: 4},
    **{0xDC: 2, 0xDD: 4, 0xDE: 2, 0xDF: 4},
}
"""First byte of an object -> bytes of its length, which follow."""
FIXED = {
    **{0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4, 0xD3: 8},
    **{0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17},
}
"""First byte of a number or a small extension -> bytes that follow."""
EXTENSIONS, ARRAYS, MAPS = (0xC7, 0xC8, 0xC9), (0xDC, 0xDD), (0xDE, 0xDF)


def stored(path: object, data: bytes) -> bytes:
    """Convert a DocBin to zlib without compression.

    Args: path, for messages. Raises SeqkitError if it exceeds the limits, and zlib.error for damaged data.
    """
    unpacker, parts, size, rest = zlib.decompressobj(), list[bytes](), 0, data
    while not unpacker.eof:
        part = unpacker.decompress(rest, STEP)
        rest = unpacker.unconsumed_tail
        if not part and not unpacker.eof:
            raise zlib.error("the data end too early")
        parts.append(part)
        size += len(part)
        check_time(path)
        check_bytes(path, size, "whole")
        check_ratio(path, len(data) - len(rest), size)
    content = b"".join(parts)
    if has_more_objects(content, FREE + size // PER_OBJECT):
        problem = f"{path}: contains more objects than a spaCy DocBin of {size:,} bytes can need"
        raise SeqkitError(problem, "Write it again with DocBin.to_disk.")
    return zlib.compress(content, 0)


def check_data(path: object, number: int, data: bytes) -> None:
    """Raise SeqkitError if the data of a Doc are too large. Args: path, number, file and number of the Doc."""
    most = current_limits().record
    if len(data) > most:
        problem = f"{path}:{number}: data of more than {most:,} bytes in a Doc"
        raise SeqkitError(problem, how_to_raise("record"))
    if len(data) > LARGE and has_more_objects(data, MOST):
        raise SeqkitError(f"{path}:{number}: data of more than {MOST:,} objects in a Doc", "Divide the Doc.")


def has_more_objects(data: bytes, most: int) -> bool:
    """Whether msgpack data contain more than `most` objects. Missing objects and bytes after the end are ignored."""
    at, left, count = 0, 1, 0
    while left and at < len(data):
        count, left = count + 1, left - 1
        if count + left > most:
            return True
        first, at = data[at], at + 1
        if first < 0x80 or first >= 0xE0:
            continue
        if first < 0xC0:
            left += 2 * (first & 15) if first < 0x90 else first & 15 if first < 0xA0 else 0
            at += first & 31 if first >= 0xA0 else 0
            continue
        width = LENGTHS.get(first, 0)
        length = int.from_bytes(data[at : at + width], "big")
        at += width + FIXED.get(first, 0) + (first in EXTENSIONS)
        if first in ARRAYS or first in MAPS:
            left += length * (2 if first in MAPS else 1)
        else:
            at += length
    return False
