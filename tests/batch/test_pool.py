"""Several processes give what one gives, in order."""

from __future__ import annotations

import os
import signal
from dataclasses import replace
from threading import Thread

import pytest

import seqkit
from seqkit.batch.pool import Question, Worker, answered
from seqkit.errors import SeqkitError
from seqkit.formats.examples import Sentence

WORDS = ("Time", "flies", "like", "an", "arrow", "she", "left", "old", "dogs", "bark")


def chunks():
    for number in range(9):
        yield [Sentence([*WORDS[number % 5 : number % 5 + length], str(number)]) for length in (3, 1, 5)]


@pytest.mark.parametrize("question", [Question(("upos", "feats")), Question(("upos",), top=2)])
def test_two_processes_answer_as_one_in_the_same_order(question):
    tagger = seqkit.load("en-tagger")
    question = replace(question, inference_dtype=tagger.inference_dtype)
    alone = list(answered(tagger, "en-tagger", question, chunks(), 1))
    together = list(answered(tagger, "en-tagger", question, chunks(), 2))
    assert [[s.words for s in sentences] for sentences, _ in together] == [
        [s.words for s in sentences] for sentences, _ in alone
    ]
    assert [tags for _, tags in together] == [tags for _, tags in alone]


def test_a_process_that_dies_is_told_of():
    with Worker("en-tagger", Question(("upos",))) as worker:
        worker.send([Sentence(["a"])])
        worker.process.kill()
        worker.process.join()
        with pytest.raises(SeqkitError, match=r"a tagging process died \(exit code -9\)"):
            worker.take()


def test_a_dead_process_does_not_answer():
    with Worker("en-tagger", Question(("upos",))) as worker:
        worker.process.kill()
        worker.process.join()
        for _ in range(3):
            worker.send([Sentence(["a"])])
        with pytest.raises(SeqkitError, match=r"a tagging process died \(exit code -9\)"):
            worker.take()


def test_asking_does_not_wait_for_a_process_that_is_busy():
    """Questions and answers are larger than what a pipe holds. Whoever asks has work of its own; and were nobody to
    read the answers meanwhile, both would wait for each other.
    """
    chunk = [Sentence([f"{number}{'x' * 1000}"]) for number in range(500)]
    with Worker("en-tagger", Question(("upos", "xpos", "feats"), top=20)) as worker:
        os.kill(worker.process.pid, signal.SIGSTOP)
        asking = Thread(target=lambda: [worker.send(chunk) for _ in range(3)], daemon=True)
        asking.start()
        asking.join(timeout=60)
        assert not asking.is_alive()
        os.kill(worker.process.pid, signal.SIGCONT)
        assert [len(worker.take()) for _ in range(3)] == [len(chunk)] * 3
