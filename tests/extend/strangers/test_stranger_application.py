"""A third party's task is applied through the contract alone: read, chunks, apply, writer; whole or in parts."""

from __future__ import annotations

import io
import json
import pickle

import pytest

from seqkit.examples import RecordErrors
from seqkit.extend.manager import load, registry
from seqkit.io.segment import Segment
from seqkit.tasks import ApplyRequest, Limits, Reading
from seqkit.tasks.application import chunks


@pytest.fixture
def task(classifiers):
    return load(registry().find("tasks", "sentence-class").implementation)()


@pytest.fixture
def request_(classifiers, train, tmp_path):
    assert train(tmp_path / "model", "epochs=15").code == 0
    options = registry().find("tasks", "sentence-class").application(all_classes=True)
    return ApplyRequest(str(tmp_path / "model"), options, reading=Reading(text_field="body"))


ROWS = [{"id": n, "body": text} for n, text in enumerate(["the judge was seen", "a goal", "SOUP that"] * 4)]


def applied(task, request, model, path, limits):
    """The output of the task's writer for a file, processed in chunks of this size."""
    problems, out = RecordErrors(skip=True), io.BytesIO()
    writer = task.writer("jsonl", out, request)
    for chunk in chunks(task.read(path, request, problems), limits, task.size):
        for number, (item, output) in enumerate(
            zip(chunk.items, task.apply(model, chunk, request), strict=True)
        ):
            writer.write(chunk.first + number, item, output)
    writer.close()
    return out.getvalue(), problems.skipped


def test_parts_and_chunks_give_what_the_whole_file_gives(task, request_, tmp_path):
    path = tmp_path / "rows.jsonl"
    lines = [json.dumps(row) + "\n" for row in ROWS]
    lines.insert(5, "{broken\n")
    path.write_text("".join(lines))
    again = pickle.loads(pickle.dumps((task, request_)))
    model = again[0].load_for(again[1])
    whole, bad = applied(*again, model, str(path), task.limits)
    assert bad == 1
    found = [json.loads(line) for line in whole.decode().splitlines()]
    assert [row["label"] for row in found] == ["law", "sport", "food"] * 4
    assert [{"id": row["id"], "body": row["body"]} for row in found] == ROWS, (
        "other fields are carried through"
    )
    assert applied(task, request_, model, str(path), Limits(2, 10))[0] == whole
    assert task.cuts(str(path), request_) == "lines"
    parts = [
        applied(
            task, request_, model, Segment(str(path), "".join(lines[a:b]).encode(), a + 1, a), task.limits
        )
        for a, b in ((0, 4), (4, 9), (9, 13))
    ]
    assert b"".join(part for part, _ in parts) == whole


def test_a_task_without_application_raises_an_error(task):
    from seqkit.errors import SeqkitError
    from seqkit.tasks import Task

    class Bare(Task):
        name = "bare"

        def prepare(self, request, reporter):
            raise NotImplementedError

    for call in (
        lambda: Bare().read("a.txt", ApplyRequest(), RecordErrors()),
        lambda: Bare().apply(None, None, ApplyRequest()),
        lambda: Bare().formats("a.txt", ApplyRequest()),
    ):
        with pytest.raises(SeqkitError, match="bare offers no application to files"):
            call()
    with pytest.raises(SeqkitError, match="bare offers no place in spaCy"):
        task.__class__.annotate(Bare(), None, [])


def test_a_batch_applies_it_in_worker_processes(classifiers, train, seqkit, tmp_path):
    assert train(tmp_path / "model", "epochs=15").code == 0
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    command = (
        "batch",
        "classify",
        path,
        "-m",
        tmp_path / "model",
        "--text-field",
        "body",
        "--processes",
        "1",
    )
    result = seqkit(*command, "-o", tmp_path / "out", "--part-size", "100", "--all-classes")
    assert result.code == 0, result.err
    rows = [json.loads(line) for line in (tmp_path / "out" / "rows.jsonl").read_text().splitlines()]
    assert [row["label"] for row in rows] == ["law", "sport", "food"] * 4
    assert [{"id": row["id"], "body": row["body"]} for row in rows] == ROWS
    assert set(rows[0]["classes"]) == {"food", "law", "sport"}
    assert "classify" in seqkit("batch", "--help").out
