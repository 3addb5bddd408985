"""A task without a model, which counts the words of paragraphs, so that benchmarks measure the batch itself.

seqkit batch count raw.txt -o out/ --plugin benchmarks/cheap_task.py
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from seqkit import TaskSpec, hookimpl
from seqkit.examples import RecordErrors
from seqkit.formats.plain import read
from seqkit.tasks import Task
from seqkit.tasks.application import ApplyRequest, Chunk


@dataclass(frozen=True)
class CountOptions:
    """No options."""


class CountTask(Task):
    """Counts words; has no model."""

    name = "counting"

    def prepare(self, request: Any, reporter: Any) -> Any:
        """Refuse to train."""
        raise self.lacks("training")

    def default_model(self, request: ApplyRequest) -> str:
        """The name of a shipped model, which is not loaded."""
        return "en-tagger"

    def load_for(self, request: ApplyRequest) -> None:
        """Load nothing."""

    def cuts(self, path: str, request: ApplyRequest) -> str:
        """Inputs may be divided between paragraphs, as for `tag`."""
        return "text"

    def read(self, path: Any, request: ApplyRequest, problems: RecordErrors) -> Iterator[Any]:
        """Yield segments of running text."""
        return read(path, problems)

    def apply(self, model: None, chunk: Chunk, request: ApplyRequest) -> list[int]:
        """The number of words of each segment."""
        return [len(item.text.split()) for item in chunk.items]

    def formats(self, path: str, request: ApplyRequest) -> tuple[str, ...]:
        """Lines."""
        return ("txt",)

    def writer(self, format: str, file: BinaryIO, request: ApplyRequest) -> CountWriter:
        """A writer with one line for each segment."""
        return CountWriter(file)


class CountWriter:
    """Writes a number on each line."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file

    def write(self, number: int, item: Any, output: int) -> int:
        """Write a line."""
        self.file.write(f"{output}\n".encode())
        return 1

    def close(self) -> None:
        """Do nothing."""


@hookimpl
def seqkit_tasks() -> Iterator[TaskSpec]:
    """The task."""
    yield TaskSpec(
        "counting", "cheap_task:CountTask", application=CountOptions, verb="count", summary="words"
    )
