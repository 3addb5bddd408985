"""The sources of `seqkit translate`: lines of text, or files of sound, pictures, films and plugins' modalities."""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.io.atomic import readable
from seqkit.tasks.seq2seq.command_modalities import Modalities
from seqkit.terminal.argument_paths import check_utf8, has_blanks
from seqkit.terminal.inputs import Inputs

if TYPE_CHECKING:
    from seqkit.examples import RecordErrors, SourceLocation
    from seqkit.formats.fields import TextRecord
    from seqkit.formats.source_lines import SourceLine
    from seqkit.media import Limits


class Named(NamedTuple):
    """A source on its way to the model."""

    name: str
    """What it is called in the output."""
    source: Mapping[str, Any] | None
    """None: it could not be read."""
    where: SourceLocation | None = None
    """The place of a line; None of a file, which `name` names."""
    fields: Mapping[str, Any] | None = None
    """Of a text that is a field of a record: the fields that are carried through."""


Sources = Iterable[Named]


@dataclass(frozen=True)
class LineInputs(Inputs):
    """The arguments of a command that works line by line: a file of any suffix is a file if it is there."""

    def names_file(self, argument: str) -> bool:
        """As for other commands, and what is there and no folder."""
        packed = argument.lower().endswith(".gz") and not has_blanks(argument)
        there = os.path.exists(argument) and not os.path.isdir(argument)
        return super().names_file(argument) or packed or there

    def files(self) -> list[str]:
        """Those arguments that are files."""
        return [argument for argument in self.arguments if argument != "-" and self.is_file(argument)]

    def records(self, problems: RecordErrors) -> Iterator[TextRecord]:
        """The records of every file, in order. Raises SeqkitError for an argument that is text."""
        from seqkit.formats.fields import read_fields

        assert self.fields is not None
        for argument in self.arguments:
            if argument == "-" or not self.is_file(argument):
                fix = "Name a .jsonl, .csv, .tsv or .parquet file."
                raise SeqkitError(f"--text-field: '{argument}' holds no records", fix, exit_code=2)
            yield from read_fields(argument, self.fields, problems)

    def lines(self, problems: RecordErrors, side: str) -> Iterator[SourceLine]:
        """The lines of every argument, in order. `side`: the key of a JSON object that holds the line."""
        from seqkit.examples import SourceLocation
        from seqkit.formats.source_lines import SourceLine, read_sources
        from seqkit.io.limits import within_records

        for number, argument in enumerate(self.arguments or ("-",), start=1):
            if self.is_file(argument):
                yield from within_records(argument, read_sources(argument, problems, side))
                continue
            for line, text in enumerate(re.split("\r?\n", argument.removesuffix("\n")), start=1):
                yield SourceLine(text, SourceLocation(f"argument {number}", line))


@dataclass
class FileSources:
    """Read the sources of arguments or `--input` one by one; report and count those that cannot be read."""

    modalities: Modalities
    arguments: tuple[str, ...]
    named: Sequence[str]
    limits: Limits
    failed: int = 0
    _chosen: list[tuple[str, dict[str, str]]] = field(init=False)
    """What each source is called, and the value given for each encoder."""

    def __post_init__(self) -> None:
        """Raise SeqkitError where the command line does not give each encoder its input."""
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
        """The files that are named, whether they are there or not."""
        read = [spec.name for spec in self.modalities.encoders if spec.reader is not None]
        return [values[name] for _, values in self._chosen for name in read]

    def __len__(self) -> int:
        return len(self._chosen)

    def tell(self, error: SeqkitError, called: str = "") -> None:
        """Say what is wrong with a source, by what it is called unless the error says that, and count it."""
        self.failed += 1
        said = f"{called}: {error.problem}".removeprefix(": ")
        print(f"seqkit: {said}. {error.fix}".rstrip(), file=sys.stderr, flush=True)

    def __iter__(self) -> Iterator[Named]:
        from seqkit.data.items import cell_reader, library_missing

        readers = {spec.name: cell_reader(spec, self.limits) for spec in self.modalities.encoders}
        for chosen, values in self._chosen:
            called = readable(chosen)
            try:
                source = {name: readers[name](value) for name, value in values.items()}
            except SeqkitError as error:
                if library_missing(error):
                    raise
                self.tell(error)
                yield Named(called, None)
            else:
                yield Named(called, source)


class Remembered:
    """Sources on their way to the model, kept until their outputs are there."""

    def __init__(self, sources: Sources, problems: RecordErrors) -> None:
        self._sources, self._problems = sources, problems
        self._waiting, self._done = deque[Named](), 0

    def __iter__(self) -> Iterator[Mapping[str, Any] | None]:
        for named in self._sources:
            self._waiting.append(named)
            yield named.source

    def next(self) -> Named:
        """The one whose turn it is."""
        self._done += 1
        return self._waiting.popleft()

    def bad(self, number: int, fault: SeqkitError) -> None:
        """Name source `number`, from 0, which the model cannot take. Raises SeqkitError unless it may be skipped."""
        named = self._waiting[number - self._done]
        if isinstance(self._sources, FileSources):
            self._sources.tell(fault, named.name)
        elif named.where is not None:
            self._problems.bad(named.where, fault.problem, fault.fix)
