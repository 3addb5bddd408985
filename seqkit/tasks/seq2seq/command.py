"""`seqkit translate`: apply models of the task seq2seq."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.errors import SeqkitError
from seqkit.tasks.application import ApplyRequest, Reading
from seqkit.tasks.seq2seq.command_attention import FirstLine
from seqkit.tasks.seq2seq.command_doubts import Doubts
from seqkit.tasks.seq2seq.command_files import FileCommand, FileTarget
from seqkit.tasks.seq2seq.command_lines import SeenLines, format_for, write_lines
from seqkit.tasks.seq2seq.command_modalities import Modalities, modalities_of
from seqkit.tasks.seq2seq.command_models import load_models, starting_models
from seqkit.tasks.seq2seq.command_request import DecodingFlags, TranslateRequest
from seqkit.tasks.seq2seq.command_sources import FileSources
from seqkit.tasks.seq2seq.items import Item
from seqkit.terminal.argument_paths import check_apart
from seqkit.terminal.arguments import (
    AllFiles,
    AllText,
    Device,
    Drop,
    Keep,
    Out,
    TextField,
    Threads,
    inference_dtype_option,
    model_option,
    refuse,
)
from seqkit.terminal.limits import LimitFlags, MaxFrames, MaxPixels, MaxSeconds
from seqkit.terminal.renamed import Precision
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.tasks.applying import Bad
    from seqkit.tasks.contract import Task
    from seqkit.tasks.seq2seq.apply import Models


def translate(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(help="Text, files, or - for standard input (text).", show_default=False),
    ] = None,
    model: Annotated[
        list[str] | None,
        model_option("Name or folder; if repeated, an ensemble. Default: de-en."),
    ] = None,
    out: Out = None,
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
    n_best: Annotated[int | None, typer.Option(min=1, help="Translations of each line. Default: 1.")] = None,
    scores: Annotated[
        bool, typer.Option("--scores", help="Write log P and the ranking score, too (jsonl, tsv).")
    ] = False,
    sample: Annotated[bool, typer.Option("--sample", help="Sample instead of searching.")] = False,
    top_p: Annotated[
        float | None, typer.Option(help="Sample from the most probable symbols with this total probability.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(help="Sampling temperature; below 1 favours probable symbols. Default: 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of sampling. Default: 1.")] = None,
    mbr: Annotated[int | None, typer.Option(min=1, help="Minimum Bayes risk over this many samples.")] = None,
    utility: Annotated[str, typer.Option(help="Similarity for --mbr: chrf, bleu or fast-chrf.")] = "",
    prefix: Annotated[str, typer.Option(help="Forced beginning of every translation.")] = "",
    max_ratio: Annotated[
        float | None, typer.Option(help="Longest output: this times the source, and 10 pieces. Default: 3.")
    ] = None,
    coverage_penalty: Annotated[
        float | None,
        typer.Option(min=0, help="Weight of the penalty for source pieces without attention, such as 0.2."),
    ] = None,
    allow_loops: Annotated[
        bool, typer.Option("--allow-loops", help="Let a search repeat what the source does not repeat.")
    ] = False,
    attention: Annotated[
        Path | None,
        typer.Option("--attention", help="Plot of the attention for the first line."),
    ] = None,
    split: Annotated[
        bool,
        typer.Option("--split/--no-split", help="Translate each sentence of a line on its own."),
    ] = True,
    protect: Annotated[
        bool,
        typer.Option("--protect/--no-protect", help="Copy numbers, addresses, code and markup unchanged."),
    ] = True,
    segmenter: Annotated[
        str,
        typer.Option(
            help="Segmenter that finds sentences: name or folder, or spacy (rules). Default: the model's, else rules."
        ),
    ] = "",
    text: AllText = False,
    file: AllFiles = False,
    threads: Threads = None,
    device: Device = "",
    inference_dtype: Annotated[str, inference_dtype_option("matrix products", "float32, bfloat16")] = "",
    text_field: TextField = "",
    into: Annotated[
        str, typer.Option("--into", help="With --text-field: the field for the output.")
    ] = "translation",
    keep: Keep = None,
    drop: Drop = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Treat lines that are not text as empty, and count them.")
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
    """Translate lines of text; turn sound, pictures and films into text, or text into files.

    The shipped models are trained on everyday sentences; for lines unlike these, the command warns of doubtful output.

    \b
    Examples:
      seqkit translate "Wie geht's?"
      seqkit translate letter.txt -m de-en -o letter.en.txt
      seqkit translate *.wav -m runs/speech
    """
    from seqkit.runtime.devices import use_device

    use_device(device)
    decoding = DecodingFlags(
        beam=beam,
        length_penalty=length_penalty,
        n_best=n_best,
        sample=sample or None,
        top_p=top_p,
        temperature=temperature,
        seed=seed,
        mbr=mbr,
        utility=utility or None,
        prefix=prefix or None,
        max_ratio=max_ratio,
        coverage_penalty=coverage_penalty,
        block_loops=False if allow_loops else None,
    )
    request = TranslateRequest(
        arguments=tuple(inputs or ()),
        models=tuple(model or ()),
        decoding=decoding,
        out=out,
        format=format,
        scores=scores,
        attention=attention,
        all_text=text,
        all_files=file,
        named_inputs=tuple(input_ or ()),
        limits=LimitFlags(max_seconds, max_pixels, max_frames),
        threads=threads,
        inference_dtype=inference_dtype,
        skip_bad=skip_bad,
        reading=_reading(text_field, keep, drop),
        into=into,
        split=split,
        protect=protect,
        segmenter=segmenter,
    )
    run(request, modalities_of(request.models[0] if request.models else ""))


def _reading(text_field: str, keep: list[str] | None, drop: list[str] | None) -> Reading:
    """Which fields of records are used. Raises SeqkitError for options that need --text-field."""
    from seqkit.formats.fields import named

    if not text_field:
        refuse({"--keep": keep, "--drop": drop}, ": is for records", "Add --text-field.")
    kept = named(keep) if keep is not None else None
    return Reading(text_field=text_field, keep=kept, drop=named(drop or []))


def run(request: TranslateRequest, modalities: Modalities | None) -> None:
    """Run the request. Exits with 1 if a file could not be read; the outputs of the others are written."""
    from seqkit.examples import RecordErrors
    from seqkit.runtime.threads import compute_with
    from seqkit.tasks.seq2seq.task import Seq2SeqTask

    request.check(modalities)
    compute_with(request.threads)
    problems = RecordErrors(skip=request.skip_bad)
    applying, task = request.application, Seq2SeqTask()
    sources = request.sources(modalities)
    check_apart({"--out": request.out, "--attention": request.attention}, sources.files())
    items: Iterable[Item] = (
        sources if isinstance(sources, FileSources) else sources.items(task, applying, problems)
    )

    def bad(item: Item, fault: SeqkitError) -> list[Any]:
        """Report a source that the models cannot take. Raises SeqkitError unless it may be skipped."""
        if isinstance(sources, FileSources):
            sources.tell(fault, item.text)
        else:
            problems.bad(item.where, fault.problem, fault.fix)
        return []

    if modalities is not None and modalities.writes_files:
        target = FileTarget.of(request.out, modalities.decoder)
        # The names of files depend on their number.
        several = sources if isinstance(sources, FileSources) else list(items)
        target.check_apart(len(several), sources.files())
        models = load_models(request.models, request.inference_dtype)
        command = FileCommand(task, applying, target, len(several))
        command.run(models, several, bad)
    else:
        _write_lines(request, applying, task, items, bad)
    say(problems.summary())
    if isinstance(sources, FileSources) and sources.failed:
        raise typer.Exit(1)


def _write_lines(
    request: TranslateRequest, applying: ApplyRequest, task: Task, items: Iterable[Item], bad: Bad
) -> None:
    """Translate to lines of text, or to records with another field."""
    from seqkit.tasks.command import Command

    format = _format(request)
    models, first = _models(request)
    command = Command(
        task,
        applying,
        request.line_inputs,
        request.out,
        format,
        "translated",
        "lines",
        alone=first.path is None,
    )
    plain = not request.reading.text_field and request.format in ("", "text") and not request.scores
    marks = request.out is None and plain and sys.stdout.isatty()
    write_lines(command, models, items, bad, SeenLines(first, Doubts(marks)))
    first.show()


def _format(request: TranslateRequest) -> str:
    """The format that is written: of records with the translation added, or of translations."""
    if not request.reading.text_field:
        return format_for(request.out, request.format, request.scores)
    from seqkit.tasks.seq2seq.application import record_format

    refuse({"--scores": request.scores}, ": is for lines of text", "Leave out --text-field.")
    return record_format(request.format, request.out, request.arguments[0])


def _models(request: TranslateRequest) -> tuple[Models, FirstLine]:
    """The models, and the first line for a picture of attention, which needs torch."""
    if request.attention is None:
        return starting_models(request.models, request.inference_dtype), FirstLine()
    models = load_models(request.models, request.inference_dtype)
    return models, FirstLine(models[0], request.attention)
