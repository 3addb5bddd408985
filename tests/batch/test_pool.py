"""Several processes give what one gives, in order."""

from __future__ import annotations

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
