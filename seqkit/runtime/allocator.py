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
"""Maximum threshold that glibc accepts, in bytes. Larger buffers are returned: kept in varying sizes, they fragment
memory."""
HEAP = 2**31 - 2**21
"""Bytes of address space reserved for the heap at once; pages are allocated when they are first written."""
HUGE_PAGE = 2**21


class Allocation(NamedTuple):
    """Limits of the memory that a process keeps for reuse while it reads a stream."""

    kernels: int
    """Capacity of oneDNN's primitive cache, one kernel per shape. Most of the default 1,024 are never reused."""
    large: int
    """Bytes from which a freed buffer is returned to the system. By default glibc raises this threshold as it runs."""


TAGGING = Allocation(kernels=16, large=2**22)
SEARCH = Allocation(kernels=64, large=LARGEST)
"""For a beam search, which took a third longer with 16 kernels and a threshold of 4 MB."""


def keep_freed_memory() -> bool:
    """Set glibc's allocator to reuse large buffers, on huge pages. Returns whether the allocator accepted the settings.

    Returning buffers to the system at every training step costs up to half of the time. Does nothing without glibc.
    """
    libc = _glibc()
    if libc is None:
        return False
    if not (libc.mallopt(M_MMAP_THRESHOLD, LARGEST) and libc.mallopt(M_TRIM_THRESHOLD, 2**31 - 1)):
        return False
    _on_huge_pages(libc)
    return True


def return_freed_memory(allocation: Allocation = TAGGING) -> None:
    """Return freed memory to the system. Call it before loading a model that will read a stream."""
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(allocation.kernels))
    libc = _glibc()
    if libc is not None:
        libc.mallopt(M_MMAP_THRESHOLD, allocation.large)
        libc.mallopt(M_TRIM_THRESHOLD, 2 * allocation.large)


def trim() -> None:
    """Return free memory to the system now. It splits huge pages, so do not call it at every step."""
    libc = _glibc()
    if libc is not None:
        libc.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    """The C library if it is glibc, else None."""
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
        return  # With limited address space, the reservation would leave too little for other allocations.
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
