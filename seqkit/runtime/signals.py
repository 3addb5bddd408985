"""Signals: end a command without half-written files, stop after the current step, and block Ctrl-C in workers."""

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

WITHOUT_BAR = "\r\x1b[2K\x1b[?25h"
"""Deletes the line of a bar and shows the cursor."""
IMPORT = "<frozen importlib"
"""Prefix of the file name of frames that run an import."""


class _State:
    """The state of this process that the handler reads."""

    first = 0
    """The first signal received; it determines the exit code."""
    installed = False
    """Whether this process is a command whose signals this module handles."""
    done = False
    """Whether the command has finished and only the interpreter is still to be shut down."""
    doing = ""
    """The current action, for the message about an interrupt, such as "importing plugin 'x'"."""
    bar = False
    """Whether a progress bar is on the terminal, which hides the cursor."""
    unfinished: set[Path]
    """Files and folders that are being written, to be removed if the process ends early."""


_State.unfinished = set()


def hangups() -> list[int]:
    """Return [SIGHUP]; an empty list on Windows, and if the signal is ignored (`nohup`)."""
    number = getattr(signal, "SIGHUP", None)
    return [] if number is None or signal.getsignal(number) is signal.SIG_IGN else [number]


def end_on_signals() -> None:
    """Let SIGINT, SIGTERM and SIGHUP end the process by an exception, so that unfinished files are removed.

    The handler raises KeyboardInterrupt or `Ended`. During an import, and at the second signal, it exits the process
    directly: C code that imports a module (as torch imports numpy) may swallow an exception.
    """
    _State.first, _State.installed, _State.done = 0, True, False
    interrupts = [] if signal.getsignal(signal.SIGINT) is signal.SIG_IGN else [signal.SIGINT]
    for number in (*interrupts, signal.SIGTERM, *hangups()):
        signal.signal(number, _end)


def command_done() -> None:
    """End the process without a message at any later signal: the work is done."""
    _State.done = True


@contextmanager
def doing(what: str) -> Iterator[None]:
    """A context in which the message about a signal names `what` as interrupted."""
    before, _State.doing = _State.doing, what
    try:
        yield
    finally:
        _State.doing = before


def bar_shown(shown: bool) -> None:
    """Record whether a progress bar is on the terminal, so that a signal that exits the process removes it."""
    _State.bar = shown


@contextmanager
def unfinished(path: Path) -> Iterator[None]:
    """A context in which a signal that ends the process at once removes the file or folder."""
    _State.unfinished.add(path)
    try:
        yield
    finally:
        _State.unfinished.discard(path)


def end_message(number: int) -> str:
    """Return the message about a command that signal `number` ended."""
    if _State.doing:
        return f"seqkit: interrupted while {_State.doing}"
    reason = "interrupted" if number == signal.SIGINT else f"ended by {signal.Signals(number).name}"
    return f"seqkit: {reason}; no half-written file was left"


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
    """Remove unfinished files and exit the process at once."""
    _remove_unfinished()
    if not _State.done:
        with suppress(OSError):
            os.write(2, f"{WITHOUT_BAR * _State.bar}{end_message(number)}\n".encode())
    os._exit(128 + number)


def exit_when_reader_closes(descriptor: int) -> None:
    """Exit the process with 0 as soon as the reader of this pipe closes it (`| head`).

    Otherwise the process would notice only at its next write, which may be a minute later. For a command whose only
    output is the pipe. Raises OSError if the descriptor is closed.
    """
    if not _State.installed or os.name == "nt" or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return
    watched = os.dup(descriptor)  # The command may close the original descriptor.
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
    """A context in which started processes have SIGINT blocked: only the parent handles Ctrl-C.

    On systems without signal masks it does nothing.
    """
    if sys.platform == "win32":
        yield
        return
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # Starting the tracker unblocks SIGINT, so start it first.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class StopRequest:
    """A context in which the first SIGINT, SIGTERM or SIGHUP sets `requested`; a second one acts at once.

    An ignored SIGHUP (`nohup`) stays ignored.
    """

    def __init__(self) -> None:
        self.requested = 0
        """The number of the signal received; 0 if none."""
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
