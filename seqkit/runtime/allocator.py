"""Tune glibc malloc: keep freed memory while training, for speed; return it to the system while reading a stream."""

from __future__ import annotations

import mmap
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import ctypes

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD = -1, -2, -3  # from malloc.h
LARGEST = 32 * 2**20
"""The highest threshold that glibc takes. Buffers above it go back: kept, of ever new sizes, they would fill memory."""
HEAP = 2**31 - 2**21
"""Bytes that the heap is made to reach at once: addresses, not memory, which is taken as it is first written."""
HUGE_PAGE = 2**21


class Allocation(NamedTuple):
    """How much memory a process may keep for reuse while it reads a stream."""

    kernels: int
    """oneDNN keeps the code and the memory of so many kernels, one for each shape. Its own 1,024 are never reused."""
    large: int
    """Bytes from which on a freed buffer is returned to the system. By itself glibc keeps ever larger ones."""


TAGGING = Allocation(kernels=16, large=2**22)
SEARCH = Allocation(kernels=64, large=LARGEST)
"""For a beam search. With 16 kernels, and buffers of 4 MB returned, it took a third longer."""


def keep_freed_memory() -> bool:
    """Set glibc's allocator to reuse large buffers, on large pages. Returns whether it did.

    Handing buffers back at every step of a training costs up to half of the time. Elsewhere than on glibc: nothing.
    """
    libc = _glibc()
    if libc is None:
        return False
    if not (libc.mallopt(M_MMAP_THRESHOLD, LARGEST) and libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)):
        return False
    _on_huge_pages(libc)
    return True


def return_freed_memory(allocation: Allocation = TAGGING) -> None:
    """Let memory follow what is in use. To be called before a model is loaded, for a stream that it will read."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(allocation.kernels))
    libc = _glibc()
    if libc is not None:
        libc.mallopt(M_MMAP_THRESHOLD, allocation.large)
        libc.mallopt(M_TRIM_THRESHOLD, 2 * allocation.large)


def trim() -> None:
    """Give back what is free now. Large pages are torn up by it, so not at every step."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library, where it is glibc."""
    if not sys.platform.startswith("linux"):
        return None
    import ctypes

    try:
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt.restype = ctypes.c_int
    except (OSError, AttributeError):
        return None
    return libc


def _on_huge_pages(libc: ctypes.CDLL) -> None:
    """Use huge pages of 2 MB for the heap if the system offers them: 500 times fewer pages to look up."""
    import ctypes
    import resource  # not on every system

    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        return  # The addresses taken here would be missing elsewhere.
    libc.mallopt(M_TOP_PAD, HEAP)
    libc.malloc.restype = ctypes.c_void_p
    libc.free.argtypes = [ctypes.c_void_p]
    # The heap grows by the amount set above when an allocation does not fit.
    libc.free(libc.malloc(ctypes.c_size_t(LARGEST - HUGE_PAGE)))
    libc.mallopt(M_TOP_PAD, LARGEST)
    libc.madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    try:
        mapped = Path("/proc/self/maps").read_bytes().splitlines()
    except OSError:
        return
    for line in mapped:
        if line.endswith(b"[heap]"):
            first, end = (int(number, 16) for number in line.split()[0].split(b"-"))
            first = -(-first // HUGE_PAGE) * HUGE_PAGE
            libc.madvise(first, end - first, mmap.MADV_HUGEPAGE)
