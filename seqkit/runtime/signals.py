"""Signals: as an orderly end of a command, as a request to stop after the current step, and kept from workers."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self

from seqkit.errors import Ended

IMPORT = "<frozen importlib"
"""How the file name of the frames begins that run an import."""


class _State:
    """What the handler needs to know of this process."""

    first = 0
    """The signal that came first: it decides the exit code."""
    installed = False
    """Whether this process is a command, whose end is in the hands of this module."""
    done = False
    """Whether the command has finished and only the interpreter is still to be shut down."""
    doing = ""
    """What a message about the end should name, such as "importing plugin 'x'"."""
    unfinished: set[Path]
    """Files and folders that are being written and that must not be left behind."""


_State.unfinished = set()


def hangups() -> list[int]:
    """The signal of a terminal that goes away: none on Windows, and none if it is ignored (`nohup`)."""
    number = getattr(signal, "SIGHUP", None)
    return [] if number is None or signal.getsignal(number) is signal.SIG_IGN else [number]


def end_on_signals() -> None:
    """Let SIGINT, SIGTERM and SIGHUP end the process as an error does, so that unfinished files are removed.

    The handler raises KeyboardInterrupt or `Ended`. During an import it leaves the process itself: C code that imports
    a module (torch imports numpy so) may swallow an exception. So does the second signal.
    """
    _State.first, _State.installed, _State.done = 0, True, False
    interrupts = [] if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else [signal.SIGINT]
    for number in (*interrupts, signal.SIGTERM, *hangups()):
        signal.signal(number, _end)


def command_done() -> None:
    """From now on a signal ends the process without a message: the work is done."""
    _State.done = True


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Within it, the message about a signal during an import says `what` was interrupted."""
    before, _State.doing = _State.doing, what
    try:
        yield
    finally:
        _State.doing = before


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """Within it, a signal that ends the process at once removes the file or folder."""
    _State.unfinished.add(path)
    try:
        yield
    finally:
        _State.unfinished.discard(path)


def farewell(number: int) -> str:
    """The message about a command that a signal ended."""
    if _State.doing:
        return f"seqkit: interrupted while {_State.doing}"
    said = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
    return f"seqkit: {said}; no half-written file was left"


def _end(number: int, frame: FrameType | None) -> None:
    repeated, _State.first = bool(_State.first), _State.first or number
    if repeated or _State.done or _is_importing(frame):
        _leave(_State.first)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Ended(number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith(IMPORT):
            return True
        frame = frame.f_back
    return False


def _leave(number: int) -> None:
    """Leave the process at once, without unfinished files."""
    _remove_unfinished()
    if not _State.done:
        with suppress(OSError):
            os.write(2, f"{farewell(number)}\n".encode())
    os._exit(128 + number)


def leave_with_the_reader(descriptor: int) -> None:
    """From now on leave the process, with 0, as soon as the reader of this pipe goes away (`| head`).

    Without it the process would notice when it next writes, which may be a minute later. For a command whose only
    output is the pipe. Raises OSError if the descriptor is closed.
    """
    if not _State.installed or os.name == "nt" or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return
    watched = os.dup(descriptor)  # The command may close its own.
    threading.Thread(target=_wait_for_reader, args=(watched,), daemon=True).start()


def _wait_for_reader(descriptor: int) -> None:
    import select

    poll = select.poll()
    poll.register(descriptor, 0)
    poll.poll()
    if not _State.done:
        _remove_unfinished()
        os._exit(0)


def _remove_unfinished() -> None:
    for path in _State.unfinished:
        with suppress(OSError):
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)


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
        self.requested = 0
        """The number of the signal; 0: none came."""
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
        self.requested = _State.first = number
        self._restore()

    def _restore(self) -> None:
        for number, handler in self._old.items():
            signal.signal(number, handler)
        self._old.clear()
