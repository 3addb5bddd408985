"""Apply a model to a stream of chunks in several processes. The output does not depend on their number."""

from __future__ import annotations

import multiprocessing
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Generic, NamedTuple, Self, TypeVar

from seqkit.errors import SeqkitError
from seqkit.extend.blame import named
from seqkit.extend.isolation import OF_THE_USER
from seqkit.runtime.start import loading_models, start_worker, starting_workers

AHEAD = 2
"""Maximum chunks of a worker: one in progress, one waiting."""

Chunk = TypeVar("Chunk")
Answers = TypeVar("Answers")


def _whole(chunk: Any) -> Any:
    return chunk


@dataclass(frozen=True)
class Job(Generic[Chunk, Answers]):
    """The computation for each chunk, in this and other processes. `load` and `apply` are pickled."""

    load: Callable[[], Any]
    """Loads the model in a worker."""
    apply: Callable[[Any, Any], Answers]
    """(model, packed chunk) -> answers, which depend only on the chunk."""
    pack: Callable[[Chunk], Any] = _whole
    """Extracts the part of a chunk that `apply` needs: only this is sent to a worker."""

    def answers(self, model: Any, chunk: Chunk) -> Answers:
        """Compute the answers in this process."""
        return self.apply(model, self.pack(chunk))


class Pending(Generic[Chunk, Answers]):
    """A chunk with its answers, or with the worker that computes them."""

    def __init__(self, chunk: Chunk, answers: Answers | Worker) -> None:
        self._chunk, self._answers = chunk, answers

    def ready(self) -> bool:
        """Whether the answers are available."""
        return not isinstance(self._answers, Worker) or self._answers.has_answers()

    def take(self) -> tuple[Chunk, Answers]:
        """Chunk and answers; waits for the worker."""
        answers = self._answers
        return self._chunk, answers.take() if isinstance(answers, Worker) else answers


class Failed(NamedTuple):
    """The error of a chunk, instead of its answers."""

    error: Exception


class Worker:
    """Another process with the model. It answers chunks in the order they are sent."""

    def __init__(self, job: Job[Any, Any]) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, job.load, job.apply), daemon=True)
        with starting_workers():
            self.process.start()
        theirs.close()
        self.waiting = 0
        self._pack = job.pack
        self._packed: SimpleQueue[tuple[Any] | None] = SimpleQueue()
        """Packed chunks to send; None at the end."""
        self._answers: SimpleQueue[tuple[Any] | Failed | None] = SimpleQueue()
        """Answers that were received and not yet taken; None at the end."""
        self._threads = [Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        """Write chunks to the pipe, in a thread: a pipe has a small buffer, and sending blocks until the worker,
        which may still be starting or busy, reads the chunk.
        """
        with suppress(OSError):  # the worker has died, which `take` reports
            while (packed := self._packed.get()) is not None:
                try:
                    self.connection.send(packed[0])
                except (TypeError, AttributeError, pickle.PicklingError) as error:
                    self._answers.put(Failed(error))

    def _receive(self) -> None:
        """Read answers from the pipe as they arrive, so that the worker is not blocked."""
        with suppress(EOFError, OSError):
            while True:
                self._answers.put(self.connection.recv())
        self._answers.put(None)

    def send(self, chunk: Any) -> None:
        """Queue a chunk for the worker."""
        self._packed.put((self._pack(chunk),))
        self.waiting += 1

    def has_answers(self) -> bool:
        """Whether `take` would return or raise without waiting."""
        return not self._answers.empty()

    def take(self) -> Any:
        """Wait for the answers to the oldest chunk. Raises SeqkitError if the process has died."""
        self.waiting -= 1
        answers = self._answers.get()
        if answers is None:
            raise self._death()
        if isinstance(answers, Failed):
            raise answers.error
        return answers[0]

    def _death(self) -> SeqkitError:
        self.process.join()
        return SeqkitError(
            f"a worker process died (exit code {self.process.exitcode})",
            "It may have run out of memory: use fewer --processes.",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.join()
        self._packed.put(None)
        for thread in self._threads:
            thread.join()
        self.connection.close()


def _work(connection: Any, load: Callable[[], Any], apply: Callable[[Any, Any], Any]) -> None:
    """Process chunks until the end of the stream."""
    start_worker()
    with loading_models(one_thread=True):
        model = load()
    try:
        while True:
            connection.send(_answer(apply, model, connection.recv()))
    except (EOFError, ConnectionError):
        return


def _answer(apply: Callable[[Any, Any], Any], model: Any, chunk: Any) -> tuple[Any] | Failed:
    """The answers to a chunk, or the error."""
    try:
        return (apply(model, chunk),)
    except OF_THE_USER:
        raise
    except BaseException as error:
        fault = named(error)
        return Failed(RuntimeError(f"in a worker process: {fault}") if type(fault) is RuntimeError else fault)


def apply_in_order(
    job: Job[Chunk, Answers], model: Any, chunks: Iterable[Chunk], processes: int
) -> Iterator[tuple[Chunk, Answers]]:
    """Yield every chunk with its answers, in order. This process computes, too, when all workers are busy.

    Args: model, as `job.load` makes it. At most a few chunks per process are in memory.
    """
    if processes <= 1:
        for chunk in chunks:
            yield chunk, job.answers(model, chunk)
        return
    with ExitStack() as stack:
        workers: list[Worker] = []
        pending: deque[Pending[Chunk, Answers]] = deque()
        for chunk in chunks:
            # Each worker takes seconds to start: a text of a single chunk needs none.
            if pending and len(workers) < processes - 1:
                workers.append(stack.enter_context(Worker(job)))
            pending.append(_given_out(job, model, workers, chunk))
            while len(pending) > 1 and pending[0].ready():
                yield pending.popleft().take()
            while len(pending) > (AHEAD + 1) * processes:
                yield pending.popleft().take()
        while pending:
            yield pending.popleft().take()


def _given_out(
    job: Job[Chunk, Answers], model: Any, workers: Sequence[Worker], chunk: Chunk
) -> Pending[Chunk, Answers]:
    """Assign the chunk to the least busy worker, or compute it here if all are busy."""
    free = min(workers, key=lambda worker: worker.waiting, default=None)
    if free is not None and free.waiting < AHEAD:
        free.send(chunk)
        return Pending(chunk, free)
    return Pending(chunk, job.answers(model, chunk))
