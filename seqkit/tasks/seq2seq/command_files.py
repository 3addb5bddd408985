"""`seqkit translate` where sources or outputs are files: sound, pictures, films and whatever plugins bring."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from seqkit.errors import SeqkitError, did_you_mean
from seqkit.io.atomic import readable
from seqkit.terminal.inputs import check_utf8

if TYPE_CHECKING:
    from seqkit.evaluation.attention import Alignment
    from seqkit.examples import RecordErrors, SourceLocation
    from seqkit.extend.specs import DecoderSpec, EncoderSpec
    from seqkit.media import Limits


class Named(NamedTuple):
    """A source on its way to the model."""

    name: str
    """What it is called in the output."""
    source: Mapping[str, Any] | None
    """None: it could not be read."""
    where: SourceLocation | None = None
    """The place of a line; None of a file, which `name` names."""


Sources = Iterable[Named]
FOR_TEXT = (
    *("beam", "length_penalty", "n_best", "top_p", "mbr", "utility"),
    *("prefix", "max_ratio", "scores", "format", "attention"),
)
"""Options that only outputs of text have."""


@dataclass(frozen=True)
class Modalities:
    """What a model reads and writes."""

    encoders: tuple[EncoderSpec, ...]
    decoder: DecoderSpec

    @property
    def reads_lines(self) -> bool:
        """Whether its sources are lines of text and nothing else."""
        return len(self.encoders) == 1 and self.encoders[0].reader is None

    @property
    def writes_files(self) -> bool:
        """Whether each output is a file of its own."""
        return self.decoder.writer is not None


def modalities_of(model: str) -> Modalities | None:
    """By the model's configuration, before it is loaded; None for "", another task, or where a plugin is missing."""
    from seqkit.extend.manager import registry
    from seqkit.models.folder import model_info
    from seqkit.models.options import names_in

    options = model_info(model).config["options"] if model else {}
    if "encoder" not in options or "decoder" not in options:
        return None
    there = {kind: {p.spec.name: p.spec for p in registry().all(kind)} for kind in ("encoders", "decoders")}
    names = names_in(str(options["encoder"]))
    if not set(names) <= set(there["encoders"]) or options["decoder"] not in there["decoders"]:
        return None
    return Modalities(tuple(there["encoders"][name] for name in names), there["decoders"][options["decoder"]])


def source_language(model: str) -> str:
    """What the model's sources are called, such as "de"; "" where its folder does not tell."""
    from seqkit.errors import SeqkitError
    from seqkit.io.json_files import read_json
    from seqkit.models.folder import LANGUAGES, model_folder

    try:
        return str(read_json(model_folder(model) / LANGUAGES).get("source", ""))
    except (SeqkitError, AttributeError):
        return ""


def check_for_files(given: Mapping[str, Any]) -> None:
    """Raise SeqkitError for an option that only outputs of text have."""
    for name in FOR_TEXT:
        if given[name]:
            option = f"--{name.replace('_', '-')}"
            raise SeqkitError(
                f"{option}: is for models that write text",
                "Leave it out; --seed chooses a draw.",
                exit_code=2,
            )
    if given["temperature"] is not None and not given["sample"]:
        raise SeqkitError("--temperature is for drawing", "Add --sample, or leave it out.", exit_code=2)


def check_for_lines(given: Mapping[str, object]) -> None:
    """Raise SeqkitError for options that only models have which read files."""
    for option, value in given.items():
        if value:
            fix = "Leave it out; texts and files of text are arguments."
            raise SeqkitError(f"{option}: the model reads lines of text", fix, exit_code=2)


def check_not_for_lines(text: bool, skip_bad: bool) -> None:
    """Raise SeqkitError for options that only models have which read lines of text."""
    for option, given in {"--text": text, "--skip-bad": skip_bad}.items():
        if given:
            fix = "Leave it out; a file that cannot be read is passed over in any case."
            raise SeqkitError(f"{option}: the model reads files", fix, exit_code=2)


@dataclass
class FileSources:
    """The sources that arguments or `--input` name, read one by one; those that cannot be are told and counted."""

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
                reason = "stands twice" if name in values else f"the model reads {', '.join(names)}"
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


@dataclass(frozen=True)
class FileTarget:
    """Where output files go: one file, numbered files beside it, or numbered files in a folder."""

    out: Path
    decoder: DecoderSpec

    @classmethod
    def of(cls, out: Path | None, decoder: DecoderSpec) -> FileTarget:
        """Raise SeqkitError where --out is missing, or its suffix is none that the decoder writes."""
        known = ", ".join(decoder.suffixes)
        if out is None:
            fix = f"Name it: -o out{decoder.suffixes[0]} ({known}), or a folder."
            raise SeqkitError(f"the model writes '{decoder.name}' to a file", fix, exit_code=2)
        if not out.is_dir() and out.suffix and out.suffix.lower() not in decoder.suffixes:
            fix = f"Choose one of {known}, or a folder that is there."
            raise SeqkitError(f"{out}: '{decoder.name}' is not written as {out.suffix}", fix, exit_code=2)
        if not out.suffix and out.exists() and not out.is_dir():
            raise SeqkitError(f"{out}: is no folder", f"Choose one, or {known}.", exit_code=2)
        if out.suffix and not out.parent.is_dir():
            raise SeqkitError(f"{out}: there is no folder {out.parent}", "Make it first.", exit_code=2)
        return cls(out, decoder)

    def check_apart(self, count: int, files: Sequence[str]) -> None:
        """Raise SeqkitError where one of `count` outputs would replace one of the input files."""
        read = set(map(os.path.realpath, files))
        for number in range(1, count + 1):
            path = self.path(number, count)
            if os.path.realpath(path) in read:
                raise SeqkitError(f"{path}: is an input, too", "Choose another --out.", exit_code=2)

    def path(self, number: int, count: int) -> Path:
        """Of output `number`, from 1, of so many."""
        if self.out.is_dir() or not self.out.suffix:
            return self.out / f"{number}{self.decoder.suffixes[0]}"
        return self.out if count == 1 else self.out.with_stem(f"{self.out.stem}-{number}")


def write_files(
    models: Sequence[Any], sources: Sources, options: Any, target: FileTarget, problems: RecordErrors
) -> None:
    """One file for each source, numbered as the sources are; none for a source that is empty or cannot be read."""
    from seqkit.extend.manager import load
    from seqkit.tasks.seq2seq.apply import outputs_of
    from seqkit.terminal.progress import WordCounter

    if not isinstance(sources, FileSources):
        # How they are called depends on how many there are.
        sources = list(sources)
    count = len(sources)
    assert target.decoder.writer is not None
    write = load(target.decoder.writer)
    waiting = Remembered(sources, problems)
    found = outputs_of(models, waiting, options, waiting.bad)
    done = 0
    try:
        with WordCounter("wrote", "files") as counter:
            for number, outputs in enumerate(found, start=1):
                waiting.next()
                if outputs:
                    path = target.path(number, count)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    write(outputs[0].value, path)
                    done += 1
                    counter.add(1)
    except KeyboardInterrupt:
        print(f"seqkit: interrupted after {done:,} file(s), which were written", file=sys.stderr)
        raise typer.Exit(130) from None


def picture_of_attention(path: Path, model: Any, source: Mapping[str, Any], found: Alignment) -> None:
    """Over a view of the source, where its encoder offers one (a spectrogram, a picture, frames); else a plain map."""
    from seqkit.evaluation import attention
    from seqkit.evaluation.pictures import letters_of_any_script
    from seqkit.models.contracts import SupportsView

    ((name, value), *others) = source.items()
    encoder = model.encoders[name]
    with letters_of_any_script() as missing:
        if not others and isinstance(encoder, SupportsView):
            attention.media_heat_map(path, found, encoder.view(value), encoder.unit)
        else:
            attention.heat_map(path, found)
    for note in missing:
        print(note, file=sys.stderr)
