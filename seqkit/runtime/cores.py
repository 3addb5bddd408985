"""The number of cores that this process may use."""

from __future__ import annotations

import os


def available_cores() -> int:
    """Number of cores in this process's CPU affinity mask, at least 1."""
    try:
        return max(len(os.sched_getaffinity(0)), 1)
    except AttributeError:
        return max(os.cpu_count() or 1, 1)
