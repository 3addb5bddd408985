"""Progress of a command that reads a stream: a live bar on a terminal, else a line every 30 s."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from seqkit.io.messages import drawing_stream
from seqkit.io.meter import Meter
from seqkit.io.streams import data_text
from seqkit.runtime.signals import bar_shown

if TYPE_CHECKING:
    from rich.progress import Progress

PLAIN_SECONDS = 30.0
"""Seconds between two lines if stderr is not a terminal."""
LIVE_SECONDS = 1.0
"""Seconds after which the bar appears; shorter jobs show none."""
REFRESH_SECONDS = 0.2
"""Minimum seconds between two updates of the bar."""

Item = TypeVar("Item")


def one(item: object) -> int:
    """The default weight of an item: 1."""
    return 1


class WordCounter:
    """Counts the words (lines, files) of a job, and shows rate, percentage and time left. Short jobs show nothing."""

    def __init__(
        self,
        verb: str,
        unit: str = "words",
        *,
        to_file: bool = False,
        meter: Meter | None = None,
        size: int | None = None,
        items: int = 0,
    ) -> None:
        """Start counting.

        Args:
            verb: the past participle of the work, such as "tagged".
            unit: the plural of the counted unit.
            to_file: whether the output is a file, not stdout.
            meter: counts the bytes that are read.
            size: size of the input in bytes; None if unknown.
            items: total number of units; 0 if unknown.
        """
        self.verb, self.unit, self.words = verb, unit, 0
        self._weight = 0.0
        self._read, self._meter, self._size, self._items = 0.0, meter, size, items
        self._at, self._whole = 0, False
        self._known = (0.0, 0.0)
        """Bytes of the input that have become items, and the weight of these items."""
        self._share = 0.0
        self._started = self._last_shown = time.monotonic()
        # On the same terminal a bar would break up the lines of output.
        self._live = sys.stderr.isatty() and (to_file or not data_text().isatty())
        self._bar: Progress | None = None
        self._drawing, self._ended = threading.Lock(), False

    def __enter__(self) -> Self:
        if self._live:
            # The first chunk may take long, and nothing ticks before its end.
            self._timer = threading.Timer(LIVE_SECONDS, self._show)
            self._timer.daemon = True
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._timer.cancel()
            with self._drawing:
                self._ended = True
        if self._bar is not None:
            self._bar.stop()
            bar_shown(False)
            if error is None:
                print(self._status(whole=True), file=sys.stderr)

    def reading(self, items: Iterable[Item], weight: Callable[[Item], float] = one) -> Iterator[Item]:
        """Yield the items as they are read, and sum their weights, from which `share` is computed."""
        for item in items:
            self._locate()
            self._read += weight(item)
            self._tick()
            yield item
        self._known, self._whole = (float(self._size or 0), self._read), True
        self._tick()

    def _locate(self) -> None:
        """Record the weight of the bytes read before the current item, if the reader has read more bytes for it.

        A reader may read a block for several items, so that bytes and weights correspond only where a block ends.
        """
        at = self._meter.done if self._meter is not None else 0
        if at != self._at:
            self._known, self._at = (float(self._at), self._read), at

    def add(self, words: int, weight: float | None = None) -> None:
        """Count `words` more words as done. Args: weight, of their item as in `reading`; None: `words`."""
        self.words += words
        self._weight += words if weight is None else weight
        # All items of a chunk finish at once; `reading` then updates the display when it continues.
        if self._whole or not self._read:
            self._tick()

    @property
    def share(self) -> float | None:
        """The processed share of the input, 0 to 1; None if the size is unknown."""
        if self._items:
            return self.words / self._items
        if self._meter is None or not self._size or not self._read:
            return None
        read, weight = self._known
        if weight:
            # A new estimate must not lower the displayed share.
            self._share = max(self._share, min(1.0, self._weight * read / (weight * self._size)))
        return self._share

    def _tick(self) -> None:
        now = time.monotonic()
        if self._live:
            if now - self._last_shown > (REFRESH_SECONDS if self._bar else LIVE_SECONDS):
                self._last_shown = now
                self._show()
        elif now - self._last_shown > PLAIN_SECONDS:
            self._last_shown = now
            print(self._status(), file=sys.stderr, flush=True)

    def _show(self) -> None:
        """Update the bar; create it at the first call, from the timer or from the thread that counts."""
        with self._drawing:
            if not self._ended:
                self._draw()

    def _draw(self) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn

            columns = (BarColumn(bar_width=None), TextColumn("{task.description}"))
            self._bar = Progress(
                *columns, console=Console(file=drawing_stream()), transient=True, expand=True
            )
            self._bar.add_task("", total=None)
            bar_shown(True)
            self._bar.start()
        share = self.share
        total = None if share is None else 1.0
        self._bar.update(
            self._bar.task_ids[0], total=total, completed=share or 0.0, description=self._status()
        )

    def _status(self, whole: bool = False) -> str:
        """The progress as text. Args: whole, whether the job has finished."""
        seconds = time.monotonic() - self._started
        rate = f", {self.words / seconds:,.0f} {self.unit}/s" if self.words else ""
        done, share = f"{self.verb} {self.words:,} {self.unit}{rate}", self.share
        if whole:
            return f"{done}, {_clock(seconds)}"
        if share is None:
            return done
        left = f", {_clock(seconds * (1 - share) / share)} left" if share > 0.01 else ""
        return f"{share:4.0%}  {done}{left}"


def _clock(seconds: float) -> str:
    """Minutes and seconds: 1:05."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
