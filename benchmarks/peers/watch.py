"""Wall time and peak memory of a process and its child processes, on Linux."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

INTERVAL = 0.05
"""Seconds between two measurements."""


class Peak(NamedTuple):
    """MB (10^6 bytes) by the kernel's high-water mark, as in ru_maxrss."""

    largest: float
    """Peak of the largest process."""
    together: float
    """Peak of the sum over all processes; shared pages count several times."""


class Watch:
    """A thread that measures processes until it is stopped."""

    def __init__(self, *processes: subprocess.Popen[str]) -> None:
        self._roots = [process.pid for process in processes]
        self._marks: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> Peak:
        """The peak so far."""
        self._stop.set()
        self._thread.join()
        return Peak(max(self._marks.values(), default=0), sum(self._marks.values()))

    def _look(self) -> None:
        while not self._stop.is_set():
            for pid in _tree(self._roots):
                # A process may end between two measurements.
                with contextlib.suppress(OSError, StopIteration):
                    status = Path(f"/proc/{pid}/status").read_text()
                    mark = next(line for line in status.splitlines() if line.startswith("VmHWM"))
                    self._marks[pid] = int(mark.split()[1]) * 1024 / 1e6
            time.sleep(INTERVAL)


def _tree(pids: list[int]) -> Iterator[int]:
    for pid in pids:
        yield pid
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{pid}/task").iterdir():
                yield from _tree([int(child) for child in (task / "children").read_text().split()])


def timed(command: list[str], **how: object) -> tuple[float, Peak]:
    """Run a command that must succeed; return its seconds and its peak memory."""
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **how)  # type: ignore[call-overload]
    watch = Watch(process)
    _, told = process.communicate()
    seconds = time.perf_counter() - begin
    peak = watch.stop()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{told}")
    return seconds, peak
