"""Threads: how many compute, and how libgomp's threads wait."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import TypeVar

SPINS = "10000"
"""Iterations that libgomp spins at a barrier before it sleeps. By default it spins 300,000: as soon as a core has other
work, too, a training takes four times as long."""
MOST = 4
"""Default maximum number of threads: with more, they wait for Python's global lock."""

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Compute:
    threads = 1


def limit_spinning() -> None:
    """Set libgomp's spin count unless the user did. To be called before torch is imported, which loads libgomp."""
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPINS)


def use_threads(count: int) -> None:
    """Let torch compute with so many threads."""
    import torch

    torch.set_num_threads(count)


def compute_with(threads: int | None) -> None:
    """Let `in_order` run so many threads (None: as many as the user's OMP_NUM_THREADS, or as there are cores, up to 4).

    Within each of them torch computes with one. Threads of torch's own share every product, and at its end wait for the
    slowest: if a core has other work, too, that takes several times as long.
    """
    _Compute.threads = threads or _number(os.environ.get("OMP_NUM_THREADS", "")) or min(MOST, _cores())
    os.environ["OMP_NUM_THREADS"] = "1"  # for torch, if it is still to be imported
    if "torch" in sys.modules:
        use_threads(1)


@contextmanager
def computing_with(threads: int | None) -> Iterator[None]:
    """Within it, `in_order` runs so many threads; None leaves all as it is. For use as a library."""
    if threads is None:
        yield
        return
    before, variable = _Compute.threads, os.environ.get("OMP_NUM_THREADS")
    of_torch = sys.modules["torch"].get_num_threads() if "torch" in sys.modules else None
    compute_with(threads)
    try:
        yield
    finally:
        _Compute.threads = before
        if variable is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = variable
        if of_torch is not None:
            use_threads(of_torch)


def compute_serially(threads: int | None) -> None:
    """Let torch compute with so many threads (None: 1), for work that is one step after the other."""
    _Compute.threads = 1
    os.environ["OMP_NUM_THREADS"] = str(threads or 1)  # for torch, if it is still to be imported
    if "torch" in sys.modules:
        use_threads(threads or 1)


def in_order(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """The function's results, in order, computed by as many threads as `compute_with` chose; 1 in a library's use.

    The results do not depend on how many there are. Gradient mode and autocast belong to a thread: enter them in the
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


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform.startswith("linux") else os.cpu_count() or 1


def _number(text: str) -> int:
    """The number that a variable such as "4" or "4,2" begins with; 0 if it has none."""
    first = text.partition(",")[0].strip()
    return int(first) if first.isdecimal() else 0


@cache
def survive_forks() -> None:
    """Let torch compute with one thread in processes that are forked: those of its pool do not exist there."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_after_fork)


def _after_fork() -> None:
    _Compute.threads = 1
    if "torch" in sys.modules:
        use_threads(1)


def be_deterministic() -> None:
    """Let torch sum gradients in a fixed order. With several threads it would not, and no run would repeat."""
    import torch

    # A plugin's layer may use an operation that has no fixed order: torch warns of it.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
