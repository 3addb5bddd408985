"""The engine `local`: processes of this machine, each with one model, through concurrent.futures."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from seqkit.batch.engine import CannotStart, Done, Engine, EngineRequest
from seqkit.batch.jobs import Job
from seqkit.batch.worker import Setup, Worker
from seqkit.runtime.cores import available_cores
from seqkit.runtime.start import start_worker, starting_workers

AHEAD = 2
"""Jobs that a worker has: one in hand, one waiting."""


class LocalEngine(Engine):
    """One executor for each worker, so that the death of one loses no other's jobs."""

    def __init__(self, setup: Setup, request: EngineRequest) -> None:
        super().__init__(setup, request)
        self._slots = [Slot(setup) for _ in range(request.processes or available_cores())]

    def has_room(self) -> bool:
        """Whether a worker has less than two jobs."""
        return any(len(slot.jobs) < AHEAD for slot in self._slots)

    def submit(self, job: Job) -> None:
        """Give the job to the worker with least to do."""
        min(self._slots, key=lambda slot: len(slot.jobs)).submit(job)

    def finished(self, seconds: float) -> list[Done]:
        """Of all workers."""
        waiting = [future for slot in self._slots for _, future in slot.jobs]
        if waiting:
            wait(waiting, seconds, FIRST_COMPLETED)
        return [done for slot in self._slots for done in slot.finished()]

    @property
    def running(self) -> int:
        """Jobs in hand and waiting."""
        return sum(len(slot.jobs) for slot in self._slots)

    def close(self) -> None:
        """End all workers at once."""
        for slot in self._slots:
            slot.close()


class Slot:
    """A worker, and the jobs that it was given."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.jobs: deque[tuple[Job, Future[dict[str, Any]]]] = deque()
        self._executor: ProcessPoolExecutor | None = None

    def submit(self, job: Job) -> None:
        """Give the worker a job; starts the process with the first one, and after a death."""
        with starting_workers():
            try:
                future = self._started().submit(_run, job)
            except BrokenProcessPool:
                self._stop()
                future = self._started().submit(_run, job)
        self.jobs.append((job, future))

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(1, context, _start, (self.setup,))
        return self._executor

    def finished(self) -> list[Done]:
        """What is over. Where the worker died, the job in hand has died with it; the one that waited is given again."""
        found: list[Done] = []
        while self.jobs and self.jobs[0][1].done():
            job, future = self.jobs.popleft()
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                waited = [one for one, _ in self.jobs]
                self.jobs.clear()
                self._stop()
                found.append(Done(job, None, error, died=True))
                for one in waited:
                    self.submit(one)
                break
            if error is not None:
                found.append(Done(job, None, error))
            else:
                found.append(Done(job, future.result()))
        return found

    def _stop(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None

    def close(self) -> None:
        """End the process at once; uncommitted work is lost."""
        executor, self._executor = self._executor, None
        if executor is None:
            return
        processes = list((executor._processes or {}).values())
        executor.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join()


class _Process:
    """What a worker process holds."""

    worker: Worker | None = None
    fault: BaseException | None = None


def _start(setup: Setup) -> None:
    """Prepare a worker process. A fault is kept for its first job: an initialiser that raises loses the reason."""
    start_worker()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _Process.worker = Worker(setup)
    except Exception as error:
        _Process.fault = error


def _end_with_parent() -> None:
    """End this process when its parent has died, because nothing would read its answers."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(job: Job) -> dict[str, Any]:
    if _Process.worker is None:
        raise CannotStart(_Process.fault)
    return _Process.worker(job)
