"""Settings of glibc's allocator in training and tagging, in separate processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

MEASURED = """
import resource
from seqkit.runtime.allocator import keep_freed_memory
limit = {limit}
if limit:
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
size = lambda: int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
before = size()
assert keep_freed_memory()
print(size() - before)
"""


def printed(code: str) -> int:
    """The number that another Python prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return int(done.stdout)


def addresses_taken(limit: int) -> int:
    """Bytes of address space that the request takes."""
    return printed(MEASURED.format(limit=limit))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_addresses_are_taken_only_where_they_are_not_limited():
    assert addresses_taken(0) > 2**30
    assert addresses_taken(2**30) < 2**27


FREED = """
import torch
from seqkit.runtime.allocator import return_freed_memory
resident = lambda: int(open("/proc/self/statm").read().split()[1]) * 4096
{call}
blocks = [torch.ones(2**21) for _ in range(20)]  # of 8 MB
before = resident()
kept, blocks = blocks[-1], []
print(before - resident())
"""


def returned(call: str) -> int:
    """Bytes that the system gets back when 19 buffers of 8 MB are freed and the last is not."""
    return printed(FREED.format(call=call))


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's allocator")
def test_a_stream_gives_freed_buffers_back_and_a_training_keeps_them():
    assert returned("return_freed_memory()") > 140e6
    assert returned("from seqkit.runtime.allocator import keep_freed_memory; keep_freed_memory()") < 20e6
