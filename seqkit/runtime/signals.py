"""Signals: as an orderly end of a command, as a request to stop after the current step, and kept from workers."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from seqkit.errors import Ended


def hangups() -> list[int]:
    """What a terminal that goes away sends: none on Windows, and none to be heeded where it is ignored (`nohup`)."""
    number = getattr(signal, "SIGHUP", None)
    return [] if number is None or signal.getsignal(number) is signal.SIG_IGN else [number]


def end_on_signals() -> None:
    """Let SIGTERM and SIGHUP end the process as an error does, so that unfinished files are removed."""
    for number in (signal.SIGTERM, *hangups()):
        signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)


def ignore_interrupts() -> None:
    """Ignore SIGINT in this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def interrupts_blocked() -> Iterator[None]:
    """A process started within it has SIGINT blocked from the start: Ctrl-C is for the process that writes.

    On systems without signal masks it does nothing.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # It would lift the block.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class StopRequest:
    """While it is open, the first SIGINT, SIGTERM or SIGHUP sets `requested`; a second one acts at once.

    A SIGHUP that is ignored (`nohup`) stays so.
    """

    def __init__(self) -> None:
        self.requested = False
        self._old: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM, *hangups()):
                self._old[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._restore()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._old.clear()
