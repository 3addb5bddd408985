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
"""Maximum jobs per worker: one running, one waiting."""


class LocalEngine(Engine):
    """Runs one executor per worker, so that the death of a worker does not lose the jobs of others."""

    def __init__(self, setup: Setup, request: EngineRequest) -> None:
        super().__init__(setup, request)
        self._slots = [Slot(setup) for _ in range(request.processes or available_cores())]

    def has_room(self) -> bool:
        """Whether some worker has fewer than two jobs."""
        return any(len(slot.jobs) < AHEAD for slot in self._slots)

    def submit(self, job: Job) -> None:
        """Submit the job to the worker with the fewest jobs."""
        min(self._slots, key=lambda slot: len(slot.jobs)).submit(job)

    def finished(self, seconds: float) -> list[Done]:
        """Return finished and failed jobs of all workers."""
        waiting = [future for slot in self._slots for _, future in slot.jobs]
        if waiting:
            wait(waiting, seconds, FIRST_COMPLETED)
        return [done for slot in self._slots for done in slot.finished()]

    @property
    def running(self) -> int:
        """Number of running and waiting jobs."""
        return sum(len(slot.jobs) for slot in self._slots)

    def close(self) -> None:
        """End all workers at once."""
        for slot in self._slots:
            slot.close()


class Slot:
    """A worker process and its jobs."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.jobs: deque[tuple[Job, Future[dict[str, Any]]]] = deque()
        self._executor: ProcessPoolExecutor | None = None

    def submit(self, job: Job) -> None:
        """Submit a job to the worker; start its process if it is not running."""
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
        """Return finished and failed jobs. If the worker died, its running job failed; waiting ones are resubmitted."""
        done: list[Done] = []
        while self.jobs and self.jobs[0][1].done():
            job, future = self.jobs.popleft()
            error = future.exception()
            if isinstance(error, BrokenProcessPool):
                waiting = [one for one, _ in self.jobs]
                self.jobs.clear()
                self._stop()
                done.append(Done(job, None, error, died=True))
                for one in waiting:
                    self.submit(one)
                break
            if error is not None:
                done.append(Done(job, None, error))
            else:
                done.append(Done(job, future.result()))
        return done

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
    """The state of a worker process."""

    worker: Worker | None = None
    fault: BaseException | None = None


def _start(setup: Setup) -> None:
    """Prepare a worker process. An error is stored for the first job, because the executor would lose its reason."""
    start_worker()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        _Process.worker = Worker(setup)
    except Exception as error:
        _Process.fault = error


def _end_with_parent() -> None:
    """End this process when its parent ends, because nothing would read its results."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(job: Job) -> dict[str, Any]:
    if _Process.worker is None:
        raise CannotStart(_Process.fault)
    return _Process.worker(job)
