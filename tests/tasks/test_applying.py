"""Every command, Python and batches apply models in one way: `applied` over `Task.apply`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from seqkit_segmenter.task import SegmentationTask

from seqkit.errors import SeqkitError
from seqkit.examples import SourceLocation
from seqkit.tasks import ApplyRequest, Limits, TextTask
from seqkit.tasks.applying import Applied, applied, in_place
from seqkit.tasks.seq2seq.task import Seq2SeqTask
from seqkit.tasks.tagging.task import TaggingTask
from seqkit.tasks.text_records import TextItem


class Shout(TextTask):
    """Writes texts in capitals; refuses some."""

    name = "shout"
    limits = Limits(records=4, size=1000)

    def __init__(self) -> None:
        self.chunks: list[int] = []

    def prepare(self, request, reporter):
        raise self.lacks("training")

    def first_limits(self, request):
        return Limits(records=1, size=1000)

    def apply(self, model, chunk, request):
        self.chunks.append(len(chunk.items))
        fault = SeqkitError("too loud", "Whisper.")
        return [fault if item.text == "!" else item.text.upper() for item in chunk.items]


def items(*texts: str) -> Iterator[TextItem]:
    return (TextItem(text, n, SourceLocation("a.txt", n + 1)) for n, text in enumerate(texts))


@pytest.fixture
def task(monkeypatch):
    made = Shout()
    monkeypatch.setattr("seqkit.tasks.applying.task_named", lambda name: made)
    return made


def test_outputs_come_in_order_with_their_items(task):
    found = list(applied(task, None, items(*"abcdefg"), ApplyRequest()))
    assert [(one.number, one.output) for one in found] == list(enumerate("ABCDEFG"))
    assert isinstance(found[0], Applied) and found[3].item.text == "d" and task.chunks == [4, 3]


def test_the_first_chunk_of_a_command_is_small_and_the_others_end_where_they_did(task):
    assert len(list(applied(task, None, items(*"abcdefg"), ApplyRequest(), soon=True))) == 7
    assert task.chunks == [1, 3, 3]


def test_a_fault_ends_the_work_with_its_place_before_its_chunk_is_written(task):
    found = applied(task, None, items(*"abcde!"), ApplyRequest())
    assert [next(found).output for _ in range(4)] == list("ABCD")
    with pytest.raises(SeqkitError, match=r"a\.txt:6: too loud") as caught:
        next(found)
    assert caught.value.fix == "Whisper."


def test_a_fault_is_skipped_replaced_or_kept_as_the_caller_chooses(task):
    def outputs(bad):
        return [one.output for one in applied(task, None, items(*"a!b"), ApplyRequest(), bad=bad)]

    assert outputs(lambda item, fault: None) == ["A", "B"]
    assert outputs(lambda item, fault: "") == ["A", "", "B"]
    assert [str(getattr(one, "problem", one)) for one in outputs(in_place)] == ["A", "too loud", "B"]


@pytest.mark.parametrize(
    ("verb", "kind"), [("tag", TaggingTask), ("translate", Seq2SeqTask), ("segment", SegmentationTask)]
)
def test_commands_call_the_task(seqkit, monkeypatch, verb, kind):
    seen, whole = [], kind.apply

    def counting(task, model, chunk, request):
        seen.append(len(chunk.items))
        return whole(task, model, chunk, request)

    monkeypatch.setattr(kind, "apply", counting)
    found = seqkit(verb, "Das ist gut.")
    assert (found.code, seen) == (0, [1]) and found.out
