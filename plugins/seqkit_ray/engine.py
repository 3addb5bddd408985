"""An engine of Ray Core actors: each loads the model once; Ray schedules and restarts them, and repeats their jobs."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import Any

from seqkit import MissingPackageError, SeqkitError
from seqkit.batch.engine import CannotStart, Done, Engine, EngineRequest
from seqkit.batch.jobs import Job
from seqkit.batch.worker import Setup
from seqkit_ray.connecting import check_address, connect, native_messages_dropped

AHEAD = 2
"""Jobs per actor: one running, one waiting."""
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_USAGE_STATS_REPORT_URL": "http://127.0.0.1:9/",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""Ray contacts hosts of its developers even with statistics turned off; this address refuses connections."""


def ray_module(address: str = "") -> Any:
    """Import Ray with usage statistics turned off.

    Args: address, of a cluster to join, which is checked before the import, because that takes seconds. Raises
    MissingPackageError, and SeqkitError if no cluster answers.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if find_spec("ray") is not None and not _initialized():
        check_address(address)
    try:
        import ray
    except ImportError as error:
        fix = "Install it: pip install ray (in a checkout: pip install '.[ray]')."
        raise MissingPackageError("--engine ray needs the package ray", fix, exit_code=2) from error
    return ray


def _initialized() -> bool:
    """Whether this process has joined a cluster, which is then used."""
    return "ray" in sys.modules and bool(sys.modules["ray"].is_initialized())


class RayEngine(Engine):
    """Runs jobs on a Ray cluster, with one actor per worker."""

    def __init__(self, setup: Setup, request: EngineRequest) -> None:
        super().__init__(setup, request)
        self._ray = ray_module(request.options.address)
        self._started_cluster = not self._ray.is_initialized()
        if self._started_cluster:
            connect(self._ray, request.options.address)
        count, cpus = self._shares()
        actor = self._ray.remote(num_cpus=cpus, max_restarts=-1, max_task_retries=request.retries)(Actor)
        self._actors = [actor.remote(setup) for _ in range(count)]
        self._jobs: dict[Any, tuple[int, Job]] = {}
        """Reference of a result -> index of the actor, and the job."""

    def _shares(self) -> tuple[int, float]:
        """Number of workers, and CPUs for each; an actor that requests more than is left would wait forever."""
        total = float(self._ray.cluster_resources().get("CPU", 0.0))
        if total <= 0:
            raise SeqkitError("the Ray cluster has no CPUs", "Add a node with CPUs.")
        wanted = self.request.options.worker_cpus
        count = self.request.processes or max(int(total / wanted), 1)
        return count, min(wanted, int(100 * total / count) / 100)

    def _loads(self) -> list[int]:
        loads = [0] * len(self._actors)
        for number, _ in self._jobs.values():
            loads[number] += 1
        return loads

    def has_room(self) -> bool:
        """Whether some actor has fewer than two jobs."""
        return min(self._loads()) < AHEAD

    def submit(self, job: Job) -> None:
        """Submit the job to the actor with the fewest jobs."""
        loads = self._loads()
        number = loads.index(min(loads))
        self._jobs[self._actors[number].work.remote(job)] = (number, job)

    def finished(self, seconds: float) -> list[Done]:
        """Finished or failed jobs of all actors."""
        if not self._jobs:
            return []
        over, _ = self._ray.wait(list(self._jobs), num_returns=1, timeout=seconds)
        return [self._done(reference) for reference in over]

    def _done(self, reference: Any) -> Done:
        _, job = self._jobs.pop(reference)
        try:
            answer = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            # Ray has repeated the job the maximum number of times.
            return Done(job, None, error)
        if isinstance(answer, BaseException):
            return Done(job, None, answer)
        return Done(job, answer)

    @property
    def running(self) -> int:
        """Number of jobs submitted to actors and not ended."""
        return len(self._jobs)

    def close(self) -> None:
        """End the actors, and the cluster if it was started for this run. A second call does nothing."""
        # Ray reports on stderr each waiting job of an actor that is killed.
        with native_messages_dropped():
            while self._actors:
                self._ray.kill(self._actors.pop())
            if self._started_cluster:
                self._started_cluster = False
                self._ray.shutdown()


class Actor:
    """A worker on a node. It returns errors, because Ray would wrap raised ones and repeat the job."""

    def __init__(self, setup: Setup) -> None:
        from seqkit.batch.worker import Worker

        self._worker: Any = None
        self._fault: BaseException | None = None
        try:
            self._worker = Worker(setup)
        except Exception as error:
            self._fault = error

    def work(self, job: Job) -> Any:
        """The row of a job, or the error that ended it."""
        if self._worker is None:
            return CannotStart(self._fault)
        try:
            return self._worker(job)
        except Exception as error:
            return error
