"""What training asks of glibc, in processes of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

MEASURED = """
import resource
from seqkit.training.memory import keep_freed_memory
limit = {limit}
if limit:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
size = lambda: int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
before = size()
assert keep_freed_memory()
print(size() - before)
"""


def addresses_taken(limit: int) -> int:
    """Bytes of address space that the request takes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED.format(limit=limit)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_addresses_are_taken_only_where_they_are_not_limited():
    assert addresses_taken(0) > 2**30
    assert addresses_taken(2**30) < 2**27
