"""Run a request of `seqkit translate`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from seqkit.errors import SeqkitError
from seqkit.tasks.application import ApplyRequest
from seqkit.tasks.seq2seq.command_attention import FirstLine
from seqkit.tasks.seq2seq.command_doubts import Doubts
from seqkit.tasks.seq2seq.command_files import FileCommand, FileTarget
from seqkit.tasks.seq2seq.command_lines import SeenLines, format_for, write_lines
from seqkit.tasks.seq2seq.command_modalities import Modalities
from seqkit.tasks.seq2seq.command_models import load_models, starting_models
from seqkit.tasks.seq2seq.command_request import TranslateRequest
from seqkit.tasks.seq2seq.command_sources import FileSources
from seqkit.tasks.seq2seq.items import Item
from seqkit.terminal.argument_paths import check_apart
from seqkit.terminal.arguments import refuse
from seqkit.terminal.tables import say

if TYPE_CHECKING:
    from seqkit.tasks.applying import Bad
    from seqkit.tasks.contract import Task
    from seqkit.tasks.seq2seq.apply import Models


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
    plain = not request.reading.text_field and request.format in ("", "text") and not request.with_scores
    marks = request.out is None and plain and sys.stdout.isatty()
    write_lines(command, models, items, bad, SeenLines(first, Doubts(marks)))
    first.show()


def _format(request: TranslateRequest) -> str:
    """The format that is written: of records with the translation added, or of translations."""
    if not request.reading.text_field:
        return format_for(request.out, request.format, request.with_scores)
    from seqkit.tasks.seq2seq.application import record_format

    refuse({"--scores": request.scores}, ": is for lines of text", "Leave out --text-field.")
    return record_format(request.format, request.out, request.arguments[0])


def _models(request: TranslateRequest) -> tuple[Models, FirstLine]:
    """The models, and the first line for a picture of attention, which needs torch."""
    if request.attention is None:
        return starting_models(request.models, request.inference_dtype), FirstLine()
    models = load_models(request.models, request.inference_dtype)
    return models, FirstLine(models[0], request.attention)
