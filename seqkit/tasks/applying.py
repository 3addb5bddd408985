"""Apply a task to a stream of items: the one way from readers to writers, for every command and for Python.

`chunks` puts items together, `Task.apply` computes their outputs, here or in other processes, and they come back in the
order of the items. Imports no torch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from seqkit.errors import SeqkitError
from seqkit.inference.pool import Job, apply_in_order
from seqkit.tasks.application import ApplyRequest, Chunk, chunks
from seqkit.tasks.contract import Task, task_named


class Applied(NamedTuple):
    """An item with its output."""

    number: int
    """In its stream, from 0."""
    item: Any
    output: Any


Bad = Callable[[Any, SeqkitError], Any]
"""(item, why the model cannot take it) -> the output in its place; None leaves the item out. May raise SeqkitError."""


def stop(item: Any, fault: SeqkitError) -> Any:
    """Raise the fault with the place of its item."""
    raise SeqkitError(f"{item.where}: {fault.problem}", fault.fix) from fault


def in_place(item: Any, fault: SeqkitError) -> Any:
    """The fault itself, in place of the output."""
    return fault


def applied(
    task: Task,
    model: Any,
    items: Iterable[Any],
    request: ApplyRequest,
    *,
    bad: Bad = stop,
    processes: int = 1,
    soon: bool = False,
) -> Iterator[Applied]:
    """Every item with its output, in order and in flat memory.

    Args: model, as `task.load_for` or `task.load_for_stream` makes it; bad, called for each item of a chunk that the
    model cannot take before any output of the chunk is yielded; processes, this one included; soon, begin with a small
    chunk, whose outputs appear soon.
    """
    first = task.first_limits(request) if soon and processes == 1 else task.limits
    parts = chunks(items, task.limits, task.size, begin=first)
    job: Job[Chunk, Sequence[Any]] = Job(LoadTask(task.name, request), ApplyTask(task.name, request))
    for chunk, outputs in apply_in_order(job, model, parts, processes):
        good = [
            bad(item, output) if isinstance(output, SeqkitError) else output
            for item, output in zip(chunk.items, outputs, strict=True)
        ]
        for number, (item, output) in enumerate(zip(chunk.items, good, strict=True), chunk.first):
            if output is not None:
                yield Applied(number, item, output)


@dataclass(frozen=True)
class LoadTask:
    """Loads the model of a task, in a worker process. Pickled by the name of the task."""

    name: str
    request: ApplyRequest

    def __call__(self) -> Any:
        return task_named(self.name).load_for(self.request)


@dataclass(frozen=True)
class ApplyTask:
    """Applies a task to a chunk, in any process. Pickled by the name of the task."""

    name: str
    request: ApplyRequest

    def __call__(self, model: Any, chunk: Chunk) -> Sequence[Any]:
        return task_named(self.name).apply(model, chunk, self.request)
