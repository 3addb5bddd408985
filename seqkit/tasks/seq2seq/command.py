"""`seqkit translate`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from seqkit.io.streams import data_stream, data_text
from seqkit.tasks.seq2seq.command_files import (
    FileSources,
    FileTarget,
    Named,
    Remembered,
    Sources,
    check_for_files,
    check_for_lines,
    check_not_for_lines,
    modalities_of,
    source_language,
    write_files,
)
from seqkit.terminal.inputs import Inputs, check_apart, check_utf8
from seqkit.terminal.limits import MaxFrames, MaxPixels, MaxSeconds, limits_of
from seqkit.terminal.renamed import Precision
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.examples import RecordErrors, Translation
    from seqkit.formats.source_lines import SourceLine
    from seqkit.formats.translations import TranslationWriter

DEFAULT_MODEL = "de-en"


def translate(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Text, files, or - for standard input (text).", show_default=False),
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option("--model", "-m", help="Name or folder; repeated, the models vote. Default: de-en."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write, whole or not at all.")
    ] = None,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            help="text, jsonl or tsv. Default: by --out, else text, with --scores tsv.",
        ),
    ] = "",
    beam: Annotated[
        int | None, typer.Option(min=1, help="Width of the beam; 1 is greedy. Default: 5.")
    ] = None,
    length_penalty: Annotated[
        float | None, typer.Option(help="Rank by log P / length ** this. Default: 1.")
    ] = None,
    n_best: Annotated[int | None, typer.Option(min=1, help="Translations a line. Default: 1.")] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Write log P and what is ranked by, too (jsonl, tsv).")
    ] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Draw at random in place of searching.")] = False,
    top_p: Annotated[
        float | None, typer.Option(help="Draw from the most probable symbols that make up this much.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Of the draw; below 1 favours the probable. Default: 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the draw. Default: 1.")] = None,
    mbr: Annotated[
        int | None, typer.Option(min=1, help="Draw so many, take the one most like the others.")
    ] = None,
    utility: Annotated[str, typer.Option(help="What is like another, for --mbr: chrf or bleu.")] = "",
    prefix: Annotated[str, typer.Option(help="How every translation begins.")] = "",
    max_ratio: Annotated[
        float | None, typer.Option(help="Longest output: this times the source, and 10 pieces. Default: 3.")
    ] = None,
    attention: Annotated[
        Path | None,
        typer.Option("--attention", help="Picture of where the model looks, for the first line."),
    ] = None,
    text: Annotated[bool, typer.Option("--text", help="Every argument is text.")] = False,
    file: Annotated[bool, typer.Option("--file", help="Every argument is a file.")] = False,
    inference_dtype: Annotated[
        str,
        typer.Option(
            "--inference-dtype",
            help="Number format of matrix products: float32, bfloat16. Default: the model's.",
        ),
    ] = "",
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Take lines that are not text as empty, and count them.")
    ] = False,
    input_: Annotated[
        list[str] | None,
        typer.Option(
            "--input", help="NAME=VALUE: one input of a model that reads several; repeated, one for each."
        ),
    ] = None,
    max_seconds: MaxSeconds = None,
    max_pixels: MaxPixels = None,
    max_frames: MaxFrames = None,
    precision: Precision = "",
) -> None:
    """Turn one sequence into another: a line of text for each line, or for each file; or text into files."""
    from seqkit.config import fill
    from seqkit.decoding.options import DecodingOptions
    from seqkit.examples import RecordErrors

    given = {
        "beam": max(beam or 0, n_best or 0, 5) if beam is None else beam,
        "length_penalty": length_penalty,
        "n_best": n_best,
        "sample": sample or None,
        "top_p": top_p,
        "temperature": temperature,
        "seed": seed,
        "mbr": mbr,
        "utility": utility or None,
        "prefix": prefix or None,
        "max_ratio": max_ratio,
    }
    check_utf8("--prefix", prefix)
    modalities = modalities_of((model or [""])[0])
    if modalities is not None and modalities.writes_files:
        check_for_files(given | {"beam": beam, "scores": scores, "format": format, "attention": attention})
    else:
        _check_drawing(sample, mbr, given | {"beam": beam})
    options: DecodingOptions = fill(
        {"decoding": DecodingOptions}, {key: value for key, value in given.items() if value is not None}
    )["decoding"]
    wanted = LineInputs(tuple(inputs or ()), text, file)
    problems = RecordErrors(skip=skip_bad)
    if modalities is None or modalities.reads_lines:
        for_files = {"--max-seconds": max_seconds, "--max-pixels": max_pixels, "--max-frames": max_frames}
        check_for_lines({"--input": input_, **for_files})
        wanted.check()
        encoder = modalities.encoders[0].name if modalities is not None else "text"
        side = source_language((model or [_default_model()])[0])
        lines = wanted.lines(problems, side)
        sources: Sources = (Named(line.text, {encoder: line.text}, line.where) for line in lines)
        files = wanted.files()
    else:
        check_not_for_lines(text, skip_bad)
        limits = limits_of(max_seconds, max_pixels, max_frames)
        sources = FileSources(modalities, wanted.arguments, input_ or [], limits)
        files = sources.files()
    check_apart({"--out": out, "--attention": attention}, files)
    if modalities is not None and modalities.writes_files:
        target = FileTarget.of(out, modalities.decoder)
        if isinstance(sources, FileSources):
            target.check_apart(len(sources), files)
        write_files(_load(model or [], inference_dtype), sources, options, target, problems)
    else:
        writer = _writer_for(out, format, scores, options.n_best)
        models = _load(model or [], inference_dtype)
        first = FirstLine(models[0], attention)
        _run(models, Remembered(sources, problems), options, out, writer, first)
        first.show()
    say(problems.summary())
    if isinstance(sources, FileSources) and sources.failed:
        raise typer.Exit(1)


def _check_drawing(sample: bool, mbr: int | None, given: dict[str, Any]) -> None:
    """Raise SeqkitError for options of the draw where nothing is drawn, and for two ways at once."""
    from seqkit.errors import SeqkitError

    if sample and mbr:
        raise SeqkitError("--mbr draws by itself", "Leave --sample out.", exit_code=2)
    if not (sample or mbr):
        for name in ("top_p", "temperature", "seed"):
            if given[name] is not None:
                fix = "Add --sample or --mbr, or leave it out."
                raise SeqkitError(f"--{name.replace('_', '-')} is for drawing", fix, exit_code=2)
    for name in ("beam", "length_penalty"):
        if (sample or mbr) and given[name] is not None:
            fix = "Leave it out, or search: without --sample and --mbr."
            raise SeqkitError(f"--{name.replace('_', '-')} is for a search", fix, exit_code=2)
    if given["utility"] and not mbr:
        raise SeqkitError("--utility is for --mbr", "Add --mbr 32, or leave it out.", exit_code=2)


@dataclass(frozen=True)
class LineInputs(Inputs):
    """The arguments of a command that works line by line: a file of any suffix is a file if it is there."""

    def names_file(self, argument: str) -> bool:
        """As for other commands, and what is there and no folder."""
        packed = argument.lower().endswith(".gz") and not any(map(str.isspace, argument))
        there = os.path.exists(argument) and not os.path.isdir(argument)
        return super().names_file(argument) or packed or there

    def files(self) -> list[str]:
        """Those arguments that are files."""
        return [argument for argument in self.arguments if argument != "-" and self.is_file(argument)]

    def lines(self, problems: RecordErrors, side: str) -> Iterator[SourceLine]:
        """The lines of every argument, in order. `side`: the key of a JSON object that holds the line."""
        from seqkit.examples import SourceLocation
        from seqkit.formats.source_lines import SourceLine, read_sources

        for number, argument in enumerate(self.arguments or ("-",), start=1):
            if self.is_file(argument):
                yield from read_sources(argument, problems, side)
                continue
            for line, text in enumerate(re.split("\r?\n", argument.removesuffix("\n")), start=1):
                yield SourceLine(text, SourceLocation(f"argument {number}", line))


def _load(names: Sequence[str], inference_dtype: str) -> list[Any]:
    """The models, which must write the same symbols."""
    from seqkit.errors import SeqkitError
    from seqkit.inference.generation import check_together
    from seqkit.models.artifact import load_for
    from seqkit.runtime.allocator import SEARCH
    from seqkit.runtime.start import loading_models

    names = list(names) or [_default_model()]
    with loading_models(SEARCH):
        models = [load_for("seq2seq", name, inference_dtype) for name in names]
    for name, model in zip(names[1:], models[1:], strict=True):
        if list(model.encoders) != list(models[0].encoders):
            problem = f"{name}: reads {', '.join(model.encoders)}, {names[0]} {', '.join(models[0].encoders)}"
            raise SeqkitError(problem, "Models that vote must read the same.", exit_code=2)
    check_together(models, names)
    return models


def _default_model() -> str:
    """The shipped model, `de-en` where there is one. Raises SeqkitError where none ships."""
    from seqkit.errors import SeqkitError
    from seqkit.extend.manager import registry

    shipped = [registered for registered in registry().all("pretrained") if registered.spec.task == "seq2seq"]
    ranked = sorted(
        shipped, key=lambda registered: (registered.spec.name != DEFAULT_MODEL, not registered.builtin)
    )
    if not ranked:
        raise SeqkitError(
            "no model that translates is installed",
            "Train one, and name it with --model: "
            "seqkit train seq2seq --corpus multi30k --source de --target en --out runs/de-en",
            exit_code=2,
        )
    return str(ranked[0].spec.name)


class FirstLine:
    """The first line with a translation, kept for a picture of its attention."""

    def __init__(self, model: Any, path: Path | None) -> None:
        from seqkit.errors import SeqkitError

        self.model, self.path = model, path
        self.pair: tuple[Mapping[str, Any], str] | None = None
        if path is not None:
            from seqkit.evaluation.pictures import check_picture

            check_picture(path)
        if path is not None and model.options.attention == "none":
            fix = "Train one that has: --set attention=general."
            raise SeqkitError("--attention: the model has no attention", fix, exit_code=2)

    def see(self, source: Mapping[str, Any] | None, translations: Sequence[Translation]) -> None:
        """Remember the source if it is the first."""
        if self.path is not None and self.pair is None and source and translations and translations[0].text:
            self.pair = (source, translations[0].text)

    def show(self) -> None:
        """Write the picture; on a terminal, show a small one, too."""
        if self.path is None:
            return
        from seqkit.errors import SeqkitError
        from seqkit.evaluation.attention import alignment, in_characters
        from seqkit.models.usable import parts_of
        from seqkit.tasks.seq2seq.command_files import picture_of_attention

        if self.pair is None:
            raise SeqkitError("--attention: there is no output to show", "Give an input that is not empty.")
        (part, *others) = parts_of(self.model, self.pair[0])
        if others:
            fix = "What is written stands. Give a part of the input."
            raise SeqkitError(f"{self.path}: not drawn, for the input is too long for a picture", fix)
        found = alignment(self.model, part, self.pair[1])
        picture_of_attention(self.path, self.model, part, found)
        if data_text().isatty() and list(part) == ["text"]:
            print(in_characters(found), file=data_text())


def _run(
    models: Sequence[Any],
    waiting: Remembered,
    options: Any,
    out: Path | None,
    make: Callable[[BinaryIO], TranslationWriter],
    first: FirstLine,
) -> None:
    """Translate to the file, or to standard output. Ends with 130 after Ctrl-C, telling how far it came."""
    from seqkit.tasks.seq2seq.apply import translate_sources
    from seqkit.terminal.progress import WordCounter

    done = 0
    try:
        with _opened(out) as file, WordCounter("translated", "lines") as counter:
            writer = make(file)
            for translations in translate_sources(models, waiting, options, waiting.bad):
                name, source, _ = waiting.next()
                writer.write(done + 1, name, translations)
                done += 1
                first.see(source, translations)
                counter.add(1)
            writer.close()
    except KeyboardInterrupt:
        left = f"{out} was not written" if out is not None else "they were written"
        print(f"seqkit: interrupted after {done:,} lines; {left}", file=sys.stderr)
        raise typer.Exit(130) from None


@contextmanager
def _opened(out: Path | None) -> Iterator[BinaryIO]:
    from seqkit.io.atomic import atomic_write

    if out is not None:
        with atomic_write(out) as file:
            yield file
        return
    try:
        yield data_stream()
    finally:
        data_stream().flush()


def _writer_for(out: Path | None, format: str, scores: bool, n_best: int) -> Callable[[BinaryIO], Any]:
    """What makes the writer. Raises SeqkitError for a format that there is not, or that has no place for scores."""
    from seqkit.data.catalogue import make_translation_writer
    from seqkit.errors import SeqkitError, did_you_mean
    from seqkit.extend.manager import load, registry
    from seqkit.io.text_files import suffix_of

    specs = [format.spec for format in registry().all("formats") if format.spec.translations]
    formats = {spec.name: spec for spec in specs}
    suffix = suffix_of(out) if out is not None else ""
    by_suffix = next((spec.name for spec in specs if suffix in spec.suffixes), "tsv" if scores else "text")
    chosen = format or by_suffix
    if chosen not in formats:
        raise SeqkitError(f"--format {chosen}: no such format", did_you_mean(chosen, formats), exit_code=2)
    if scores and "scores" not in formats[chosen].shows:
        able = " or ".join(spec.name for spec in specs if "scores" in spec.shows)
        fix = f"Choose one that has: --format {able}."
        raise SeqkitError(f"the format {chosen} has no place for scores", fix, exit_code=2)
    load(formats[chosen].translations)  # before the work
    return lambda file: make_translation_writer(formats[chosen], file, n_best)
