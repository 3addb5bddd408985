"""Apply a task to a stream: the request, chunks of items, writers. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from seqkit.extend.specs import NoOptions
from seqkit.io.pipes import pauses


@dataclass(frozen=True)
class Reading:
    """Options for reading input files, common to all tasks."""

    format: str = ""
    """Name of a format that overrides the suffix."""
    text_field: str = ""
    """Field (JSON key, column) with the text, if each record is a document."""
    id_field: str = ""
    """Field with the name of the document."""
    keep: tuple[str, ...] | None = None
    """Fields that are copied to the output; None: as the task decides."""
    drop: tuple[str, ...] = ()
    """Fields that are not copied."""


@dataclass(frozen=True)
class ApplyRequest:
    """A request to apply a task: model, options of the task, options for reading files. Picklable."""

    model: str = ""
    """Name or folder; "" is the task's default."""
    options: Any = field(default_factory=NoOptions)
    """The TaskSpec's `application`."""
    inference_dtype: str = ""
    """Number format of the computation; "": the model's own."""
    reading: Reading = Reading()
    device: str = ""
    """That workers compute on, as `--device` names it; "": the CPU. This process has chosen it already."""


class Limits(NamedTuple):
    """Size of a chunk. The task fixes it, so that equal input is divided into equal batches."""

    records: int
    """Maximum items of a chunk. Chunks also end before item numbers that are a multiple of it."""
    size: int
    """A chunk ends when the sum of `Task.size` of its items reaches this number."""


class Chunk(NamedTuple):
    """Items that are processed together."""

    items: Sequence[Any]
    """Items from `Task.read`."""
    first: int = 0
    """Number of the first item in its source, from 0."""


class OutputWriter(Protocol):
    """Writes the outputs of a task, one item after the other."""

    def write(self, number: int, item: Any, output: Any) -> int:
        """Write the output of item `number` (from 0). Returns the number of records written."""

    def close(self) -> None:
        """Write the end of the output. The file stays open."""


def chunks(
    items: Iterable[Any],
    limits: Limits,
    size: Callable[[Any], float],
    first: int = 0,
    begin: Limits | None = None,
) -> Iterator[Chunk]:
    """Divide items into chunks, by the items and the number of the first one only; a pause of the input ends a chunk.

    Args: first, number of the first item in its source; begin, limits of the first chunk, which may be smaller.
    """
    held: list[Any] = []
    weight, start, most = 0.0, first, begin or limits
    for item in items:
        held.append(item)
        weight += size(item)
        after = start + len(held)
        full = after % limits.records == 0 or len(held) >= most.records or weight >= most.size
        if full or pauses(items):
            yield Chunk(held, start)
            held, weight, start, most = [], 0.0, after, limits
    if held:
        yield Chunk(held, start)
