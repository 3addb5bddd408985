"""The same model in several processes, for one stream of sentences. What comes out does not depend on how many."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Any, Self

from seqkit.errors import SeqkitError
from seqkit.formats.examples import Sentence

AHEAD = 2
"""Chunks that a worker may have before it: one in hand, one waiting."""
SAFE_PATH = "PYTHONSAFEPATH"
"""Python's variable: set to 1, neither the script's nor the current folder is on the path."""

Tags = list[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """What is asked about every chunk."""

    kinds: tuple[str, ...]
    top: int = 0
    """So many of the most probable labels with their probabilities; 0: the labels alone."""
    compute: str = "float32"
    """Number format of the states."""

    def answer(self, tagger: Any, chunk: Sequence[Sentence]) -> Tags:
        """The tagger's answer for each sentence."""
        answers: Tags
        if self.top:
            answers = tagger.predict_top(chunk, self.top)
        else:
            answers = tagger.predict(chunk, self.kinds)
        return answers


@dataclass
class Chunk:
    """Sentences with their answer: known, or still to come from a worker."""

    sentences: list[Sentence]
    worker: Worker | None = None
    tags: Tags = field(default_factory=list)

    def ready(self) -> bool:
        """Whether the answer is here."""
        return self.worker is None or not self.worker.answers.empty()

    def take(self) -> tuple[list[Sentence], Tags]:
        """Sentences and answers; waits for the worker."""
        if self.worker is not None:
            self.tags = self.worker.take()
        return self.sentences, self.tags


class Worker:
    """Another process with the model. It answers chunks in the order they are sent."""

    def __init__(self, model: str, question: Question) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs, model, question), daemon=True)
        with _current_folder_off_path(), _interrupts_held():
            self.process.start()
        theirs.close()
        self.waiting = 0
        self.questions: SimpleQueue[list[list[str]] | None] = SimpleQueue()
        """The words of chunks to be sent; None at the end."""
        self.answers: SimpleQueue[Tags | None] = SimpleQueue()
        """What has come back and was not yet taken; None where no more will come."""
        self._threads = [Thread(target=work, daemon=True) for work in (self._ask, self._receive)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        """Put questions into the pipe. A pipe holds little: whoever sends a chunk waits until the worker, which may
        still be starting or be at the chunk before, takes it.
        """
        with suppress(OSError):  # of a process that has died, which `take` tells
            while (words := self.questions.get()) is not None:
                self.connection.send(words)

    def _receive(self) -> None:
        """Take answers off the pipe as they come, so that the worker need not wait with them."""
        with suppress(EOFError, OSError):
            while True:
                self.answers.put(self.connection.recv())
        self.answers.put(None)

    def send(self, sentences: Sequence[Sentence]) -> None:
        """Ask about a chunk."""
        self.questions.put([sentence.words for sentence in sentences])
        self.waiting += 1

    def take(self) -> Tags:
        """The answer to the oldest question; waits for it. Raises SeqkitError where the process has died."""
        self.waiting -= 1
        tags = self.answers.get()
        if tags is None:
            raise self._death()
        return tags

    def _death(self) -> SeqkitError:
        self.process.join()
        return SeqkitError(
            f"a tagging process died (exit code {self.process.exitcode})",
            "Perhaps memory ran out: give fewer --processes.",
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.join()
        self.questions.put(None)
        for thread in self._threads:
            thread.join()
        self.connection.close()


@contextmanager
def _current_folder_off_path() -> Iterator[None]:
    """Let processes started within it import nothing from the current folder.

    `spawn` runs `python -c`, which puts that folder first on the path: a `socket.py` there would be imported.
    """
    before = os.environ.get(SAFE_PATH)
    os.environ[SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[SAFE_PATH]
        else:
            os.environ[SAFE_PATH] = before


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process started within it has SIGINT blocked from its first moment on: Ctrl-C is for the one that writes."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # It would lift the block.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Any, model: str, question: Question) -> None:
    """What a worker does until nobody asks any more."""
    import gc

    import torch

    from seqkit.memory import return_freed_memory
    from seqkit.models.artifact import load_model

    return_freed_memory()
    # Where signals cannot be blocked, too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    tagger = load_model(model)
    tagger.compute = question.compute
    gc.freeze()
    try:
        while True:
            connection.send(question.answer(tagger, [Sentence(words) for words in connection.recv()]))
    except (EOFError, ConnectionError):
        return


def answered(
    tagger: Any, model: str, question: Question, chunks: Iterable[list[Sentence]], processes: int
) -> Iterator[tuple[list[Sentence], Tags]]:
    """Every chunk with its answers, in order. This process tags, too, when all others have enough to do.

    Args: model, the tagger's name or folder, for the other processes. Memory holds a few chunks a process.
    """
    if processes <= 1:
        for sentences in chunks:
            yield sentences, question.answer(tagger, sentences)
        return
    with ExitStack() as stack:
        workers: list[Worker] = []
        pending: deque[Chunk] = deque()
        for sentences in chunks:
            # Each worker takes seconds to start: none is started for a text that one chunk holds.
            if pending and len(workers) < processes - 1:
                workers.append(stack.enter_context(Worker(model, question)))
            pending.append(_given_out(tagger, question, workers, sentences))
            while len(pending) > 1 and pending[0].ready():
                yield pending.popleft().take()
            while len(pending) > (AHEAD + 1) * processes:
                yield pending.popleft().take()
        while pending:
            yield pending.popleft().take()


def _given_out(
    tagger: Any, question: Question, workers: Sequence[Worker], sentences: list[Sentence]
) -> Chunk:
    """The chunk, given to the worker with least to do, or tagged here where all have enough."""
    free = min(workers, key=lambda worker: worker.waiting, default=None)
    if free is not None and free.waiting < AHEAD:
        free.send(sentences)
        return Chunk(sentences, free)
    return Chunk(sentences, None, question.answer(tagger, sentences))
