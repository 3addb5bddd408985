"""Ask glibc to keep freed memory: handing large buffers back at every step costs up to half of the time."""

from __future__ import annotations

import ctypes
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # from malloc.h
LARGEST = 32 * 2**20
"""The highest threshold that glibc takes. Buffers above it go back: kept, of ever new sizes, they would fill memory."""


def keep_freed_memory() -> bool:
    """Set glibc's allocator to reuse large buffers. Returns whether it did.

    Elsewhere than on glibc it does nothing.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(M_MMAP_THRESHOLD, LARGEST)) and bool(mallopt(M_TRIM_THRESHOLD, 2**31 - 1))
