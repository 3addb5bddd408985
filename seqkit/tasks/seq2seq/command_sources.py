"""The sources of `seqkit translate`: lines of text, or files of sound, pictures, films and plugins' modalities."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.examples import SourceLocation
from seqkit.io.atomic import readable
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.contract import Task
from seqkit.tasks.seq2seq.command_modalities import Modalities
from seqkit.tasks.seq2seq.items import MediaItem
from seqkit.tasks.text_records import TextItem
from seqkit.terminal.argument_paths import check_utf8, has_blanks
from seqkit.terminal.inputs import Inputs

if TYPE_CHECKING:
    from seqkit.examples import RecordErrors
    from seqkit.media import Limits


@dataclass(frozen=True)
class LineInputs(Inputs):
    """The arguments of a command that works line by line: a file of any suffix is a file if it is there."""

    def names_file(self, argument: str) -> bool:
        """Whether an argument is a file: as for other commands, and any existing file."""
        packed = argument.lower().endswith(".gz") and not has_blanks(argument)
        there = os.path.exists(argument) and not os.path.isdir(argument)
        return super().names_file(argument) or packed or there

    def files(self) -> list[str]:
        """Those arguments that are files."""
        return [argument for argument in self.arguments if argument != "-" and self.is_file(argument)]

    def items(self, task: Task, request: ApplyRequest, problems: RecordErrors) -> Iterator[TextItem]:
        """The lines, or records, of every argument, in order."""
        numbers = itertools.count()
        for place, argument in enumerate(self.arguments or ("-",), start=1):
            if self.is_file(argument):
                found = task.read(argument, request, problems)
            else:
                found = self._lines_of(argument, place)
            for item in found:
                yield TextItem(item.text, next(numbers), item.where, item.fields)

    def _lines_of(self, argument: str, place: int) -> Iterator[TextItem]:
        """The lines of a text. Raises SeqkitError if arguments hold records."""
        if self.text_field:
            fix = "Name a .jsonl, .csv, .tsv or .parquet file."
            raise SeqkitError(f"--text-field: '{argument}' holds no records", fix, exit_code=2)
        for line, text in enumerate(re.split("\r?\n", argument.removesuffix("\n")), start=1):
            yield TextItem(text, 0, SourceLocation(f"argument {place}", line))


@dataclass
class FileSources:
    """Read the sources of arguments or `--input` one by one; report and count those that cannot be read."""

    modalities: Modalities
    arguments: tuple[str, ...]
    named: Sequence[str]
    limits: Limits
    failed: int = 0
    _chosen: list[tuple[str, dict[str, str]]] = field(init=False)
    """The name of each source, and its value for each encoder."""

    def __post_init__(self) -> None:
        """Raise SeqkitError unless the command line has an input for each encoder."""
        names = [spec.name for spec in self.modalities.encoders]
        if self.named:
            self._chosen = [(" ".join(self.named), self._values(names))]
        elif len(names) > 1:
            fix = "Give one of each: " + " ".join(f"--input {name}=…" for name in names)
            raise SeqkitError(f"the model reads {' and '.join(names)} together", fix, exit_code=2)
        elif "-" in self.arguments:
            raise SeqkitError("-: the model reads files", f"Name the files for '{names[0]}'.", exit_code=2)
        elif not self.arguments:
            raise SeqkitError("nothing to read", f"Give files for '{names[0]}'.", exit_code=2)
        else:
            self._chosen = [(argument, {names[0]: argument}) for argument in self.arguments]

    def _values(self, names: Sequence[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        files = [spec.name for spec in self.modalities.encoders if spec.reader is not None]
        for given in self.named:
            name, found, value = given.partition("=")
            if not found or name not in names or name in values:
                reason = "is given twice" if name in values else f"the model reads {', '.join(names)}"
                fix = f"Write NAME=VALUE. {did_you_mean(name, names)}"
                raise SeqkitError(f"--input {given}: {reason}", fix, exit_code=2)
            if not value.strip():
                raise SeqkitError(f"--input {given}: is empty", "Write NAME=VALUE.", exit_code=2)
            if name not in files:
                check_utf8(f"--input {name}", value)
            values[name] = value
        missing = [name for name in names if name not in values]
        if missing or self.arguments:
            problem = (
                f"--input: {' and '.join(missing)} missing" if missing else "--input and arguments together"
            )
            fix = f"Give --input once for each of {', '.join(names)}, and nothing else."
            raise SeqkitError(problem, fix, exit_code=2)
        return values

    def files(self) -> list[str]:
        """The named files, existing or not."""
        read = [spec.name for spec in self.modalities.encoders if spec.reader is not None]
        return [values[name] for _, values in self._chosen for name in read]

    def __len__(self) -> int:
        return len(self._chosen)

    def tell(self, error: SeqkitError, called: str = "") -> None:
        """Report the error of a source, with its name unless the error has it, and count it."""
        self.failed += 1
        said = f"{called}: {error.problem}".removeprefix(": ")
        print(f"seqkit: {said}. {error.fix}".rstrip(), file=sys.stderr, flush=True)

    def __iter__(self) -> Iterator[MediaItem]:
        from seqkit.data.items import cell_reader, library_missing

        readers = {spec.name: cell_reader(spec, self.limits) for spec in self.modalities.encoders}
        for number, (chosen, values) in enumerate(self._chosen):
            source: dict[str, Any] | None = None
            try:
                source = {name: readers[name](value) for name, value in values.items()}
            except SeqkitError as error:
                if library_missing(error):
                    raise
                self.tell(error)
            yield MediaItem(readable(chosen), number, source)
