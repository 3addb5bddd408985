"""The contract of engines, which process the parts of a batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from seqkit.batch.jobs import Job
    from seqkit.batch.worker import Setup


@dataclass(frozen=True)
class EngineRequest:
    """Number of workers, and their resources."""

    processes: int = 0
    """Number of workers; 0: as many as the engine has resources for."""
    threads: int = 1
    """Threads per worker."""
    retries: int = 2
    """Maximum number of retries of a job after its worker died, for an engine that retries jobs."""
    options: Any = None
    """An instance of the EngineSpec's options."""


class Done(NamedTuple):
    """A finished or failed job."""

    job: Job
    row: dict[str, Any] | None
    """The row that the worker logged; None if the job failed."""
    error: BaseException | None = None
    died: bool = False
    """Whether the worker died during the job, and the engine has not retried it."""


class CannotStart(Exception):
    """Raised if a worker could not be created, or can no longer write to the output folder. It ends the run."""

    def __init__(self, fault: BaseException | None) -> None:
        super().__init__(fault)
        self.fault = fault


class Engine(ABC):
    """Runs jobs in other processes, in any order. Created as `Engine(setup, request)`; leaving its context ends them.

    A process creates `worker = seqkit.batch.worker.Worker(setup)` once, and calls `worker(job)` for each job.
    """

    def __init__(self, setup: Setup, request: EngineRequest) -> None:
        self.setup, self.request = setup, request

    @abstractmethod
    def has_room(self) -> bool:
        """Whether a job submitted now would start soon."""

    @abstractmethod
    def submit(self, job: Job) -> None:
        """Accept a job."""

    @abstractmethod
    def finished(self, seconds: float) -> list[Done]:
        """Return the jobs that finished or failed since the last call. Waits up to `seconds` for one."""

    @property
    @abstractmethod
    def running(self) -> int:
        """Number of jobs that were accepted and have not ended."""

    @abstractmethod
    def close(self) -> None:
        """End all workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
