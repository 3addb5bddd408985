"""How a task is applied to a stream: the request, chunks of items, and what is written. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from seqkit.extend.specs import NoOptions
from seqkit.io.pipes import pauses


@dataclass(frozen=True)
class Reading:
    """How input files are read, for every task."""

    format: str = ""
    """Name of a format that overrides the suffix."""
    text_field: str = ""
    """Field (JSON key, column) that holds the text, where each record is a document."""
    id_field: str = ""
    """Field that names the document."""
    keep: tuple[str, ...] | None = None
    """Fields that are carried through to the output; None leaves it to the task."""
    drop: tuple[str, ...] = ()
    """Fields that are not carried through."""


@dataclass(frozen=True)
class ApplyRequest:
    """A request to apply a task: model, options of the task, and how files are read. Picklable."""

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
    """How much is worked on together. Fixed by the task, so that equal input falls into equal batches."""

    records: int
    """Items of a chunk. Chunks also end where the number of an item is a multiple of it."""
    size: int
    """A chunk ends where its items together reach this size, as `Task.size` measures them."""


class Chunk(NamedTuple):
    """Items that are worked on together."""

    items: Sequence[Any]
    """As `Task.read` yields them."""
    first: int = 0
    """Number of the first one in its source, from 0."""


class OutputWriter(Protocol):
    """Writes the outputs of a task, one item after the other."""

    def write(self, number: int, item: Any, output: Any) -> int:
        """Write the output of item `number` (from 0); returns how many records that made."""

    def close(self) -> None:
        """Write what belongs at the end. The file stays open."""


def chunks(
    items: Iterable[Any],
    limits: Limits,
    size: Callable[[Any], float],
    first: int = 0,
    begin: Limits | None = None,
) -> Iterator[Chunk]:
    """Items in chunks, which follow from the items and the number of the first one alone; fewer if the input pauses.

    Args: first, number of the first item in its source; begin, limits of the first chunk, if it is to be a small one.
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
