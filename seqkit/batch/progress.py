"""Show the progress of a batch: a bar on a terminal, else a line every minute; and a file for `seqkit batch status`."""

from __future__ import annotations

import json
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from seqkit.batch.ledger import RUNNING, writer_name
from seqkit.batch.worker import peak_memory
from seqkit.io.messages import drawing_stream
from seqkit.io.visible import visible
from seqkit.runtime.signals import bar_shown

if TYPE_CHECKING:
    from seqkit.batch.driver import Run

LINE_SECONDS, BAR_SECONDS, FILE_SECONDS = 60.0, 1.0, 5.0
"""Seconds between two lines, updates of the bar, and updates of the file."""
WINDOW = 30.0
"""Seconds over which the rate is averaged."""


class Progress:
    """Shows processed bytes, words per second and time left over all workers."""

    def __init__(self, quiet: bool = False, live: bool | None = None) -> None:
        """Args: live, whether to show a bar; None: if stderr is a terminal."""
        self._quiet = quiet
        self._live = sys.stderr.isatty() if live is None else live
        self._bar: Any = None
        self._task: Any = None
        self._name = f"{RUNNING}/{writer_name()}.json"
        self._started = self._printed = self._saved = time.monotonic()
        self._total = self._before = 0
        self._shown = 0.0

    def note(self, message: str) -> None:
        """Print a message above the bar."""
        if self._bar is not None:
            self._bar.console.print(f"seqkit: {visible(message)}", highlight=False, markup=False)
        else:
            print(f"seqkit: {message}", file=sys.stderr, flush=True)

    def begin(self, run: Run) -> None:
        """Start before the first job, and show the share that earlier calls have processed."""
        self._total = sum(file.size for file in run.inputs.files)
        self._before = run.ledger.totals().source
        if self._before and not self._quiet:
            self.note(f"{_share(self._before, self._total)} is already done; continuing with the rest")
        if self._live and not self._quiet:
            self._start_bar()
        self._delete_earlier(run)
        self._file(run)

    def _delete_earlier(self, run: Run) -> None:
        """Delete the reports of earlier processes of this shard, whose failed parts are processed again."""
        with suppress(OSError, ValueError):
            for name in run.store.names(RUNNING):
                report = json.loads(run.store.read(f"{RUNNING}/{name}") or b"{}")
                if report.get("shard") == list(run.resolved.request.shard):
                    run.store.delete(f"{RUNNING}/{name}")

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

        self._bar = Progress(
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[now]}"),
            console=Console(file=drawing_stream()),
            transient=True,
            refresh_per_second=2,
        )
        self._task = self._bar.add_task("batch", total=self._total, completed=self._before, now="")
        bar_shown(True)
        self._bar.start()

    def tick(self, run: Run) -> None:
        """Update the display and the file, at most once per interval."""
        now = time.monotonic()
        if self._bar is not None and now - self._shown > BAR_SECONDS:
            self._shown = now
            self._bar.update(self._task, completed=self._before + run.done.source, now=self._rates(run))
        elif self._bar is None and now - self._printed > LINE_SECONDS and not self._quiet:
            self._printed = now
            print(self.line(run), file=sys.stderr, flush=True)
        if now - self._saved > FILE_SECONDS:
            self._saved = now
            self._file(run)

    def line(self, run: Run) -> str:
        """Format the state of the run in one line."""
        state = f"{_share(self._before + run.done.source, self._total)}, {self._rates(run)}, "
        state += f"{run.done.parts:,} parts done, {run.engine.running} running, {len(run.failed)} failed"
        state += f"; memory: {_mb(peak_memory())} in this process"
        if run.workers:
            most = max(worker.memory for worker in run.workers.values())
            slow = min(run.workers, key=lambda name: run.workers[name].rate)
            state += (
                f", up to {_mb(most)} in a worker; slowest: {slow}, {run.workers[slow].rate:,.0f} words/s"
            )
        return state

    def _rates(self, run: Run) -> str:
        seconds = max(time.monotonic() - self._started, 1e-6)
        left = self._total - self._before - run.done.source
        rate = run.done.source / seconds
        time_left = f"{_duration(left / rate)} left" if run.done.source else "…"
        return f"{run.done.words / seconds:,.0f} words/s, {time_left}"

    def _file(self, run: Run) -> None:
        """Write the file that `status` reads, on this or another machine."""
        seconds = max(time.monotonic() - self._started, 1e-6)
        report = {
            "writer": self._name.rsplit("/", 1)[-1].removesuffix(".json"),
            "shard": list(run.resolved.request.shard),
            "time": round(time.time(), 1),
            "given_out": run.engine.running,
            "done": run.done.parts,
            "words_per_second": round(run.done.words / seconds),
            "bytes_per_second": round(run.done.source / seconds),
            "failed": run.failed[:100],
            "memory": {"driver": peak_memory(), **{name: one.memory for name, one in run.workers.items()}},
            "rates": {name: round(one.rate) for name, one in run.workers.items()},
        }
        with suppress(OSError):
            run.store.put(self._name, json.dumps(report).encode())

    def end(self, run: Run) -> None:
        """Remove the bar and, unless something failed, the file."""
        if self._bar is not None:
            self._bar.stop()
            bar_shown(False)
            self._bar = None
        if run.failed:
            self._file(run)
        else:
            with suppress(OSError):
                run.store.delete(self._name)


class Silent(Progress):
    """Shows only messages, no progress."""

    def __init__(self) -> None:
        super().__init__(quiet=True, live=False)


def _share(done: int, total: int) -> str:
    return f"{_mb(done)} of {_mb(total)} ({100 * done / max(total, 1):.1f} %)"


def _mb(count: int) -> str:
    return f"{count / 1e6:,.1f} MB"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min" if minutes else f"{rest} s"
