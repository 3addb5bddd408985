"""Where parts are worked on: the contract of engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Self

if TYPE_CHECKING:
    from seqkit.batch.jobs import Job
    from seqkit.batch.worker import Setup


@dataclass(frozen=True)
class EngineRequest:
    """How many workers there are, and what each may use."""

    processes: int = 0
    """Workers; 0: as many as the engine finds room for."""
    threads: int = 1
    """Threads of a worker."""
    retries: int = 2
    """How often a job is repeated whose worker died, where the engine itself repeats it."""
    options: Any = None
    """The EngineSpec's."""


class Done(NamedTuple):
    """A job that is over."""

    job: Job
    row: dict[str, Any] | None
    """What the worker logged of it; None if it failed."""
    error: BaseException | None = None
    died: bool = False
    """Whether the worker died with it, and the engine has not repeated it."""


class CannotStart(Exception):
    """A worker could not be made, so that none will be: the run ends."""

    def __init__(self, fault: BaseException | None) -> None:
        super().__init__(fault)
        self.fault = fault


class Engine(ABC):
    """Works on jobs in other processes, in any order. Made as `Engine(setup, request)`; `with` ends its workers.

    A worker calls `seqkit.batch.worker.Worker(setup)` once, and then the worker with each job.
    """

    def __init__(self, setup: Setup, request: EngineRequest) -> None:
        self.setup, self.request = setup, request

    @abstractmethod
    def has_room(self) -> bool:
        """Whether a job given now would soon be begun."""

    @abstractmethod
    def submit(self, job: Job) -> None:
        """Take a job."""

    @abstractmethod
    def finished(self, seconds: float) -> list[Done]:
        """Jobs that are over; waits up to so many seconds for one."""

    @property
    @abstractmethod
    def running(self) -> int:
        """Jobs that were taken and are not over."""

    @abstractmethod
    def close(self) -> None:
        """End all workers."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
