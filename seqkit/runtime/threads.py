"""Set the number of compute threads, and limit the spinning of libgomp's threads."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

from seqkit.runtime.cores import available_cores

SPINS = "10000"
"""Iterations that libgomp spins at a barrier before it sleeps. With the default of 300,000, training takes four times
as long if another process uses a core."""
MOST = 4
"""Default maximum number of threads; further threads would wait for Python's global interpreter lock."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Compute:
    threads = 1


def limit_spinning() -> None:
    """Set libgomp's spin count unless the user did. Call it before torch is imported, which loads libgomp."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def use_threads(count: int) -> None:
    """Let torch compute with `count` threads."""
    import torch

    torch.set_num_threads(count)


def compute_with(threads: int | None) -> None:
    """Let `in_order` run `threads` threads (None: the user's OMP_NUM_THREADS, else the number of cores, at most 4).

    In each of them torch computes with one thread. torch's intra-op threads synchronise after every matrix product,
    which takes several times as long if another process uses a core.
    """
    _Compute.threads = (
        threads or _number(os.environ.get("OMP_NUM_THREADS", "")) or min(MOST, available_cores())
    )
    os.environ["OMP_NUM_THREADS"] = "1"  # for torch, if it is still to be imported
    if "torch" in sys.modules:
        use_threads(1)


@contextmanager
def computing_with(threads: int | None) -> Iterator[None]:
    """A context in which `in_order` runs `threads` threads; None changes nothing. For use as a library."""
    if threads is None:
        yield
        return
    before, variable = _Compute.threads, os.environ.get("OMP_NUM_THREADS")
    torch_threads = sys.modules["torch"].get_num_threads() if "torch" in sys.modules else None
    compute_with(threads)
    try:
        yield
    finally:
        _Compute.threads = before
        if variable is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = variable
        if torch_threads is not None:
            use_threads(torch_threads)


def compute_serially(threads: int | None) -> None:
    """Let torch compute with `threads` threads (None: 1), for work in which each step needs the previous one."""
    _Compute.threads = 1
    os.environ["OMP_NUM_THREADS"] = str(threads or 1)  # for torch, if it is still to be imported
    if "torch" in sys.modules:
        use_threads(threads or 1)


def in_order(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """Yield the function's results in order, computed by the threads that `compute_with` chose (1 by default).

    The results do not depend on the number of threads. Gradient mode and autocast are per thread: enter them in the
    function.
    """
    if _Compute.threads <= 1:
        yield from map(function, items)
        return
    waiting: deque[Future[Result]] = deque()
    try:
        for item in items:
            waiting.append(_pool(_Compute.threads).submit(function, item))
            if len(waiting) > 2 * _Compute.threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, "compute", initializer=use_threads, initargs=(1,))


def _number(text: str) -> int:
    """The first number of a value such as "4" or "4,2"; 0 if there is none."""
    first = text.partition(",")[0].strip()
    return int(first) if first.isdecimal() else 0


@cache
def survive_forks() -> None:
    """Let torch compute with one thread in forked processes: a fork does not copy the threads of its pool."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)


def _after_fork() -> None:
    _Compute.threads = 1
    if "torch" in sys.modules:
        use_threads(1)


def be_deterministic() -> None:
    """Use torch's deterministic algorithms: otherwise several threads sum gradients in varying order."""
    import torch

    # A plugin's layer may use an operation that is not deterministic: torch then warns.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
