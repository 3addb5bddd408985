"""Checks of a task: its records, evaluation, and application to files; `trainables` and `models` have the others."""

from __future__ import annotations

import io
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

from seqkit.errors import SeqkitError
from seqkit.evaluation.report import Report
from seqkit.examples import RecordErrors
from seqkit.extend.manager import registry
from seqkit.extend.specs import NoOptions
from seqkit.tasks.application import ApplyRequest, Chunk, chunks
from seqkit.tasks.contract import EvaluationRequest, Task
from seqkit.testing import models, trainables  # noqa: F401 (their checks follow)
from seqkit.testing.check import Skipped, Subject, check, expect
from seqkit.testing.preparing import example_of, task_of, trained


@check("tasks", quick=True)
def class_is_a_task(subject: Subject) -> None:
    """The class is a subclass of `Task`, created without arguments, with the name of the record."""
    task = task_of(subject)
    expect(isinstance(task, Task), "no seqkit.tasks.Task")
    expect(task.name == subject.name, f"its name is {task.name!r}")


@check("tasks", quick=True)
def verb_is_a_command(subject: Subject) -> None:
    """The verb, if there is one, is a command, or one of `seqkit batch`."""
    if not subject.spec.verb:
        raise Skipped("the task has no verb")
    if subject.spec.application is None:
        registry().find("commands", subject.spec.verb)


@check("tasks")
def a_model_is_of_the_task(subject: Subject) -> None:
    """There is a model that `seqkit train` can train for the task."""
    own = [one.spec.name for one in registry().all("models") if one.spec.task == subject.name]
    if not own and subject.spec.example is None:
        raise Skipped("the task trains nothing")
    expect(own, "no model names the task")


@check("tasks")
def defaults_are_options(subject: Subject) -> None:
    """`defaults` names options of training, objectives and optimizers."""
    from seqkit.training.options import TrainingOptions

    known = {*TrainingOptions.__dataclass_fields__}
    for kind in ("objectives", "optimizers"):
        known |= {name for one in registry().all(kind) for name in one.spec.options.__dataclass_fields__}
    unknown = sorted(set(subject.spec.defaults) - known)
    expect(not unknown, f"unknown: {', '.join(unknown)}")


@check("tasks")
def dtypes_are_known(subject: Subject) -> None:
    """The number formats for prediction are among those that seqkit has."""
    others = set(subject.spec.inference_dtypes) - {"float32", "bfloat16", "int8"}
    expect(subject.spec.inference_dtypes and not others, f"{', '.join(others) or 'none is named'}")


@check("tasks")
def nothing_to_learn_from_is_refused(subject: Subject) -> None:
    """An empty training file is an error with a fix."""
    from seqkit.testing.preparing import Quiet, folder_of, request_of
    from seqkit.training.third_party import prepared_by_task

    given = example_of(subject).options.get("train")
    if not given:
        raise Skipped("the example is no file")
    empty = folder_of(subject) / f"empty{Path(given[0]).suffix}"
    empty.write_bytes(b"")
    try:
        prepared_by_task(request_of(subject, train=(str(empty),), dev=()), Quiet())
    except SeqkitError:
        return
    expect(False, "an empty file is accepted")


@check("tasks")
def trained_model_is_loaded(subject: Subject) -> None:
    """`load` returns a model."""
    expect(_loaded(subject) is not None, "`load` gives None")


@check("tasks")
def other_models_are_refused(subject: Subject) -> None:
    """`load` of a folder that holds no model is an error with a fix."""
    try:
        task_of(subject).load("no/such/model")
    except SeqkitError:
        return
    expect(False, "a model that is not there is loaded")


@check("tasks")
def evaluation_gives_a_report(subject: Subject) -> None:
    """`evaluate` returns a Report with metrics."""
    found = _report(subject)
    expect(isinstance(found, Report), f"a {type(found).__name__}")
    expect(found.metrics, "no metrics")


@check("tasks")
def evaluation_repeats(subject: Subject) -> None:
    """Two evaluations give the same numbers."""
    first, second = (
        [(one.name, one.value, one.interval) for one in _report(subject).metrics] for _ in range(2)
    )
    expect(first == second, "two evaluations differ")


@check("tasks")
def report_is_data(subject: Subject) -> None:
    """A report can be written as JSON and as a section of the card."""
    import json

    found = _report(subject)
    expect(json.dumps(found.data), "`data` is empty")
    expect(found.section, "`section` is empty")


@check("tasks")
def items_have_places(subject: Subject) -> None:
    """Items that `read` yields have a location."""
    expect(all(item.where is not None for item in _items(subject)), "`where` is None")


@check("tasks")
def items_have_sizes(subject: Subject) -> None:
    """Every item has a size that is not negative."""
    expect(all(task_of(subject).size(item) >= 0 for item in _items(subject)), "a size is negative")


@check("tasks")
def every_item_has_an_output(subject: Subject) -> None:
    """`apply` returns an output for each item of a chunk."""
    items = _items(subject)
    outputs = _applied(subject, Chunk(items))
    expect(len(outputs) == len(items), f"{len(outputs)} outputs for {len(items)} items")


@check("tasks")
def outputs_repeat(subject: Subject) -> None:
    """`apply` keeps no state: the second output of a chunk is written as the first."""
    first, second = (_written(subject, _applied(subject, Chunk(_items(subject)))) for _ in range(2))
    expect(first == second, "two applications differ")


@check("tasks")
def outputs_follow_from_the_chunk(subject: Subject) -> None:
    """Chunks follow from the items and the limits alone."""
    task, items = task_of(subject), _items(subject)
    first, second = ([len(c.items) for c in chunks(iter(items), task.limits, task.size)] for _ in range(2))
    expect(first == second and sum(first) == len(items), f"chunks of {first}")


@check("tasks")
def requests_reach_workers(subject: Subject) -> None:
    """Request and items can be sent to worker processes."""
    for one in (_request(subject), _items(subject)):
        ForkingPickler.loads(ForkingPickler.dumps(one))


@check("tasks")
def outputs_are_written(subject: Subject) -> None:
    """The writer of the usual format writes the outputs."""
    expect(_written(subject, _applied(subject, Chunk(_items(subject)))), "nothing is written")


@check("tasks")
def words_are_counted(subject: Subject) -> None:
    """`words` returns a count for each item."""
    task, items = task_of(subject), _items(subject)
    outputs = _applied(subject, Chunk(items))
    expect(all(task.words(*pair) >= 0 for pair in zip(items, outputs, strict=True)), "a count is negative")


def _loaded(subject: Subject) -> Any:
    return subject.once("loaded", lambda: task_of(subject).load(str(trained(subject))))


def _report(subject: Subject) -> Report:
    source = example_of(subject).evaluate
    if not source:
        raise Skipped("the task evaluates nothing")
    options = subject.spec.evaluation()
    return task_of(subject).evaluate(EvaluationRequest(str(trained(subject)), source, None, options))


def _request(subject: Subject) -> ApplyRequest:
    if not example_of(subject).apply:
        raise Skipped("the task is not applied to files")
    options = (subject.spec.application or NoOptions)()
    return ApplyRequest(str(trained(subject)), options)


def _items(subject: Subject) -> list[Any]:
    request = _request(subject)
    path = example_of(subject).apply[0]
    return subject.once("items", lambda: list(task_of(subject).read(path, request, RecordErrors())))


def _applied(subject: Subject, chunk: Chunk) -> list[Any]:
    request = _request(subject)
    model = subject.once("applied model", lambda: task_of(subject).load_for(request))
    return list(task_of(subject).apply(model, chunk, request))


def _written(subject: Subject, outputs: list[Any]) -> bytes:
    task, request, file = task_of(subject), _request(subject), io.BytesIO()
    formats = task.formats(example_of(subject).apply[0], request)
    writer = task.writer(formats[0], file, request)
    for number, (item, output) in enumerate(zip(_items(subject), outputs, strict=True)):
        writer.write(number, item, output)
    writer.close()
    return file.getvalue()
