"""Several processes give the results of one, in order."""

from __future__ import annotations

import os
import signal
from asyncio import CancelledError
from functools import partial
from pickle import PicklingError
from threading import Thread

import pytest

from seqkit.errors import SeqkitError
from seqkit.examples import Sentence
from seqkit.inference.pool import Job, Worker, apply_in_order
from seqkit.tasks.tagging.apply import TagWords
from seqkit.tasks.tagging.loading import load_tagger

WORDS = ("Time", "flies", "like", "an", "arrow", "she", "left", "old", "dogs", "bark")


def chunks():
    for number in range(9):
        yield [Sentence([*WORDS[number % 5 : number % 5 + length], str(number)]) for length in (3, 1, 5)]


def job(*kinds: str, top: int = 0) -> Job:
    """Tags words with the shipped model."""
    return Job(partial(load_tagger, "en-tagger"), TagWords(kinds, top), words_of)


def words_of(sentences):
    return [sentence.words for sentence in sentences]


@pytest.mark.parametrize("asked", [job("upos", "feats"), job("upos", top=2)])
def test_two_processes_answer_as_one_in_the_same_order(asked):
    tagger = load_tagger("en-tagger")
    alone = list(apply_in_order(asked, tagger, chunks(), 1))
    together = list(apply_in_order(asked, tagger, chunks(), 2))
    assert [words_of(sentences) for sentences, _ in together] == [
        words_of(sentences) for sentences, _ in alone
    ]
    assert [tags for _, tags in together] == [tags for _, tags in alone]


def test_any_function_of_a_chunk_is_applied():
    """The pool knows no task: here the model is a dict, and None an answer like any other."""
    known = {"one": 1, "two": 2}
    asked = Job(partial(dict, known), dict.get, str.strip)
    given = [" one", "two ", "three", "one"] * 6
    expected = [(chunk, known.get(chunk.strip())) for chunk in given]
    for processes in (1, 3):
        assert list(apply_in_order(asked, known, given, processes)) == expected


def test_a_process_that_dies_is_reported():
    with Worker(job("upos")) as worker:
        worker.send([Sentence(["a"])])
        worker.process.kill()
        worker.process.join()
        with pytest.raises(SeqkitError, match=r"a worker process died \(exit code -9\)"):
            worker.take()


def test_a_dead_process_does_not_answer():
    with Worker(job("upos")) as worker:
        worker.process.kill()
        worker.process.join()
        for _ in range(3):
            worker.send([Sentence(["a"])])
        with pytest.raises(SeqkitError, match=r"a worker process died \(exit code -9\)"):
            worker.take()


def test_sending_does_not_wait_for_a_busy_process():
    """Questions and answers are larger than what a pipe holds. Whoever asks has work of its own; and were nobody to
    read the answers meanwhile, both would wait for each other.
    """
    chunk = [Sentence([f"{number}{'x' * 1000}"]) for number in range(500)]
    with Worker(job("upos", "xpos", "feats", top=20)) as worker:
        os.kill(worker.process.pid, signal.SIGSTOP)
        asking = Thread(target=lambda: [worker.send(chunk) for _ in range(3)], daemon=True)
        asking.start()
        asking.join(timeout=60)
        assert not asking.is_alive()
        os.kill(worker.process.pid, signal.SIGCONT)
        assert [len(worker.take()) for _ in range(3)] == [len(chunk)] * 3


def fails_at(model, chunk):
    """Apply of a job that fails at some chunks, each in another way."""
    if chunk == "bad data":
        raise SeqkitError("line 3: bad", "Mend it.", exit_code=2)
    if chunk == "fault":
        return model[chunk]
    if chunk == "exit":
        raise SystemExit(0)
    if chunk == "cancelled":
        raise CancelledError
    if chunk == "memory":
        raise MemoryError
    if chunk == "file":
        raise FileNotFoundError(2, "No such file or directory", "gone.txt")
    return chunk


@pytest.mark.parametrize(
    ("chunk", "kind", "message"),
    [
        ("bad data", SeqkitError, "line 3: bad\nMend it."),
        ("fault", RuntimeError, r"in a worker process: KeyError: 'fault' \(test_pool.py, line "),
        ("exit", RuntimeError, "in a worker process: SystemExit: 0"),
        ("cancelled", RuntimeError, "in a worker process: CancelledError"),
        ("memory", MemoryError, "^$"),
        ("file", FileNotFoundError, "gone.txt"),
    ],
)
def test_an_error_in_another_process_is_raised_here(chunk, kind, message):
    with Worker(Job(dict, fails_at)) as worker:
        for one in ("good", chunk, "good"):
            worker.send(one)
        assert worker.take() == "good"
        with pytest.raises(kind, match=message) as caught:
            worker.take()
        assert not isinstance(caught.value, SeqkitError) or caught.value.exit_code == 2
        assert worker.take() == "good"


def test_a_chunk_that_cannot_be_sent_is_an_error_and_no_wait_for_ever():
    with Worker(Job(dict, dict.get)) as worker:
        worker.send(lambda: None)
        with pytest.raises((AttributeError, TypeError, PicklingError)):
            worker.take()
