"""The common part of commands that apply models: from items through `Task.apply` to a writer. Imports no torch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from seqkit.io.meter import metering
from seqkit.io.pipes import Paced
from seqkit.tasks.application import ApplyRequest, OutputWriter
from seqkit.tasks.applying import Bad, applied, stop
from seqkit.tasks.contract import Task
from seqkit.terminal.inputs import Inputs
from seqkit.terminal.outputs import opened_output
from seqkit.terminal.word_counter import WordCounter


@dataclass(frozen=True)
class Command:
    """A call of a command that applies a model."""

    task: Task
    request: ApplyRequest
    inputs: Inputs
    """The arguments that the items come from; their sizes determine the progress."""
    out: Path | None
    """The file to write, atomically; None: standard output, where outputs appear as soon as the input pauses."""
    format: str
    """Name of the format, for `Task.writer`."""
    verb: str
    """The work in the past participle, for the progress: "tagged"."""
    unit: str = "words"
    """Unit of the progress: "words", or the name of an item."""
    processes: int = 1
    alone: bool = True
    """Whether nothing else is written to standard output."""

    def run(
        self,
        model: Any,
        items: Iterable[Any],
        *,
        bad: Bad = stop,
        writer: Callable[[BinaryIO], OutputWriter] | None = None,
    ) -> int:
        """Write the outputs of all items. Returns the number of words or items.

        Args: model, as `task.load_for_stream` makes it; bad, as of `applied`; writer, makes the writer, by default that
        of the task.
        """
        task, size = self.task, self.task.size
        with opened_output(self.out, self.alone) as file, metering() as meter:
            made = writer(file) if writer else task.writer(self.format, file, self.request)
            to_file, total = self.out is not None, self.inputs.size()
            with WordCounter(self.verb, self.unit, to_file=to_file, meter=meter, size=total) as counter:
                source = Paced(counter.reading(items, size), paced=self.inputs.may_pause)
                found = applied(
                    task, model, source, self.request, bad=bad, processes=self.processes, soon=True
                )
                for number, item, output in found:
                    made.write(number, item, output)
                    counter.add(task.words(item, output) if self.unit == "words" else 1, size(item))
                    if self.out is None and source.paused:
                        file.flush()
                made.close()
        return counter.words
