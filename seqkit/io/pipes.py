"""Detect pauses of standard input (`tail -f`), so that lines are processed before the next one arrives."""

from __future__ import annotations

import contextvars
import io
import os
import select
import stat
import sys
from collections.abc import Iterable, Iterator
from queue import Empty, Queue
from threading import Thread
from typing import Generic, TypeVar, cast

PAUSE = 0.5
"""Seconds without input that count as a pause. A pause must also follow a line end, so that the chunks in which a slow
writer sends a text do not affect its segmentation."""
HELD = 256
"""Maximum number of items that are read ahead."""

Item = TypeVar("Item")


def stdin_may_pause() -> bool:
    """Whether standard input is a pipe, a socket or a terminal. False on Windows, where pipes cannot be polled."""
    if os.name == "nt":
        return False
    try:
        mode = os.fstat(sys.stdin.fileno()).st_mode
    except (OSError, ValueError):  # closed, or not a file, as in a notebook
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)


class PausingReader(io.BufferedReader):
    """Reads a pipe. After `report_pauses`, `readline` returns the bytes so far, or b"", as soon as the writer pauses.

    `paused` distinguishes a pause from the end of the input.
    """

    def __init__(self, descriptor: int) -> None:
        self._pipe = _Pipe(descriptor)
        super().__init__(self._pipe, 1 << 16)

    def report_pauses(self) -> None:
        """Let `readline` return when the writer pauses."""
        self._pipe.reports = True

    @property
    def paused(self) -> bool:
        """Whether the last read ended in a pause."""
        return self._pipe.paused


class _Pipe(io.RawIOBase):
    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.reports, self.paused = False, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int | None:  # type: ignore[override]
        """Read the available bytes. Returns None, once, when nothing arrives for PAUSE seconds."""
        if self.reports and not self.paused and not _has_input(self._descriptor):
            self.paused = True
            return None
        self.paused = False
        return os.readv(self._descriptor, [buffer])


def _has_input(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], PAUSE)[0])


class Paced(Generic[Item]):
    """An iterator that reports when no more items arrive for a while."""

    def __init__(self, items: Iterable[Item], *, paced: bool = True) -> None:
        """Args: paced, whether a thread reads the items ahead; without it no pause is reported."""
        self._items, self._paced = items, paced
        self._queue: Queue[_Entry[Item]] = Queue(HELD)
        self._next: _Entry[Item] | None = None
        self.paused = False
        """Whether no item has arrived for PAUSE seconds since the last one was yielded."""

    def _read(self, items: Iterator[Item]) -> None:
        try:
            for item in items:
                self._queue.put(_Entry(item=item))
        except BaseException as error:  # raised again in the thread that iterates
            self._queue.put(_Entry(error=error))
        else:
            self._queue.put(_Entry(error=StopIteration()))

    def __iter__(self) -> Iterator[Item]:
        if not self._paced:
            yield from self._items
            return
        # The limits of readers are context variables, which a new thread does not inherit.
        run = contextvars.copy_context().run
        Thread(target=run, args=(self._read, iter(self._items)), daemon=True).start()
        while True:
            entry = self._next or self._queue.get()
            self._next, self.paused = None, False
            if isinstance(entry.error, StopIteration):
                return
            if entry.error is not None:
                raise entry.error
            yield cast(Item, entry.item)

    def wait(self) -> bool:
        """Wait up to PAUSE seconds for the next item. Returns whether none arrived."""
        if self._paced and self._next is None:
            try:
                self._next = self._queue.get(timeout=PAUSE)
            except Empty:
                self.paused = True
        return self.paused


class _Entry(Generic[Item]):
    """An item, or the exception that ended the iteration."""

    __slots__ = ("error", "item")

    def __init__(self, item: Item | None = None, error: BaseException | None = None) -> None:
        self.item, self.error = item, error


def pauses(items: object) -> bool:
    """Whether the source of these items pauses; False if they are not `Paced`."""
    return isinstance(items, Paced) and items.wait()
