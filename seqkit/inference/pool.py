"""The same model in several processes, for one stream of chunks. The output does not depend on how many."""

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
"""Chunks that a worker may have before it: one in hand, one waiting."""

Chunk = TypeVar("Chunk")
Answers = TypeVar("Answers")


def _whole(chunk: Any) -> Any:
    return chunk


@dataclass(frozen=True)
class Job(Generic[Chunk, Answers]):
    """What is computed of every chunk, here and in other processes. `load` and `apply` are pickled."""

    load: Callable[[], Any]
    """Makes the model, in a worker."""
    apply: Callable[[Any, Any], Answers]
    """(model, packed chunk) -> answers, which depend on the chunk alone."""
    pack: Callable[[Chunk], Any] = _whole
    """What `apply` needs of a chunk: the less, the less is sent to a worker."""

    def answers(self, model: Any, chunk: Chunk) -> Answers:
        """The answers of this process."""
        return self.apply(model, self.pack(chunk))


class Pending(Generic[Chunk, Answers]):
    """A chunk with its answers: known, or still to come from a worker."""

    def __init__(self, chunk: Chunk, answers: Answers | Worker) -> None:
        self._chunk, self._answers = chunk, answers

    def ready(self) -> bool:
        """Whether the answers are here."""
        return not isinstance(self._answers, Worker) or self._answers.has_answers()

    def take(self) -> tuple[Chunk, Answers]:
        """Chunk and answers; waits for the worker."""
        answers = self._answers
        return self._chunk, answers.take() if isinstance(answers, Worker) else answers


class Failed(NamedTuple):
    """What came of a chunk in place of answers."""

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
        """Packed chunks to be sent; None at the end."""
        self._answers: SimpleQueue[tuple[Any] | Failed | None] = SimpleQueue()
        """Answers that came back and were not yet taken; None where no more will come."""
        self._threads = [Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self._threads:
            thread.start()

    def _send(self) -> None:
        """Put chunks into the pipe. A pipe holds little: whoever sends a chunk waits until the worker, which may
        still be starting or be at the chunk before, takes it.
        """
        with suppress(OSError):  # of a process that has died, which `take` reports
            while (packed := self._packed.get()) is not None:
                try:
                    self.connection.send(packed[0])
                except (TypeError, AttributeError, pickle.PicklingError) as error:
                    self._answers.put(Failed(error))

    def _receive(self) -> None:
        """Take answers off the pipe as they come, so that the worker need not wait with them."""
        with suppress(EOFError, OSError):
            while True:
                self._answers.put(self.connection.recv())
        self._answers.put(None)

    def send(self, chunk: Any) -> None:
        """Give the worker a chunk."""
        self._packed.put((self._pack(chunk),))
        self.waiting += 1

    def has_answers(self) -> bool:
        """Whether `take` would return, or raise, at once."""
        return not self._answers.empty()

    def take(self) -> Any:
        """The answers to the oldest chunk; waits for them. Raises SeqkitError where the process has died."""
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
            "Perhaps memory ran out: give fewer --processes.",
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
    """Answer chunks until no more come."""
    start_worker()
    with loading_models(one_thread=True):
        model = load()
    try:
        while True:
            connection.send(_answer(apply, model, connection.recv()))
    except (EOFError, ConnectionError):
        return


def _answer(apply: Callable[[Any, Any], Any], model: Any, chunk: Any) -> tuple[Any] | Failed:
    """The answers to a chunk, or why there are none."""
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
    """Every chunk with its answers, in order. This process computes, too, when all others have enough to do.

    Args: model, as `job.load` makes it. Memory holds a few chunks a process.
    """
    if processes <= 1:
        for chunk in chunks:
            yield chunk, job.answers(model, chunk)
        return
    with ExitStack() as stack:
        workers: list[Worker] = []
        pending: deque[Pending[Chunk, Answers]] = deque()
        for chunk in chunks:
            # Each worker takes seconds to start: none is started for a text that one chunk holds.
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
    """The chunk, given to the worker with least to do, or computed here where all have enough."""
    free = min(workers, key=lambda worker: worker.waiting, default=None)
    if free is not None and free.waiting < AHEAD:
        free.send(chunk)
        return Pending(chunk, free)
    return Pending(chunk, job.answers(model, chunk))
