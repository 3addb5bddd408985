"""`seqkit tag`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from seqkit.tasks.application import ApplyRequest, Reading
from seqkit.terminal.argument_paths import check_apart, is_file_there
from seqkit.terminal.arguments import (
    AllFiles,
    AllText,
    Device,
    Drop,
    IdField,
    Keep,
    Out,
    SentenceFormat,
    SkipBad,
    TextField,
    TextInputs,
    Threads,
    inference_dtype_option,
    model_option,
    refuse,
)
from seqkit.terminal.inputs import Inputs
from seqkit.terminal.outputs import check_can_write, sentence_format
from seqkit.terminal.renamed import Precision
from seqkit.terminal.tables import say


def tag(
    inputs: TextInputs = None,
    model: Annotated[str, model_option("Name or folder. Default: by language.")] = "",
    out: Out = None,
    format: SentenceFormat = "",
    from_: Annotated[str, typer.Option("--from", help="Format of the input, for any suffix.")] = "",
    pretokenized: Annotated[
        bool, typer.Option("--pretokenized", help="One sentence a line, words separated by spaces.")
    ] = False,
    text: AllText = False,
    file: AllFiles = False,
    lang: Annotated[str, typer.Option(help="Language code of raw text. Default: the model's.")] = "",
    segmenter: Annotated[
        str,
        typer.Option(help="Segmenter of raw text: name or folder, or spacy (rules). Default: the model's."),
    ] = "",
    label: Annotated[str, typer.Option(help="Only these kinds of label, separated by commas.")] = "",
    probabilities: Annotated[
        bool, typer.Option("--probabilities", help="Show the probability of each label (table, jsonl, html).")
    ] = False,
    top: Annotated[
        int, typer.Option(min=0, help="Show this many of the most probable labels.", show_default=False)
    ] = 0,
    processes: Annotated[
        int, typer.Option(min=1, help="Processes that tag; the output is the same for any number.")
    ] = 1,
    threads: Threads = None,
    device: Device = "",
    inference_dtype: Annotated[str, inference_dtype_option("the states", "float32, bfloat16, int8")] = "",
    text_field: TextField = "",
    id_field: IdField = "",
    keep: Keep = None,
    drop: Drop = None,
    skip_bad: SkipBad = False,
    precision: Precision = "",
) -> None:
    """Give every word its part of speech.

    \b
    Examples:
      seqkit tag "Time flies like an arrow."
      seqkit tag book.txt -o book.conllu
      tail -f notes.txt | seqkit tag - --format tsv
    """
    from seqkit.examples import RecordErrors
    from seqkit.models.folder import settled_model
    from seqkit.runtime.devices import on_cpu, use_device
    from seqkit.runtime.start import loading_models
    from seqkit.runtime.threads import compute_with
    from seqkit.tasks.command import Command
    from seqkit.tasks.sentence_inputs import items_of_inputs
    from seqkit.tasks.tagging.application import kinds_of
    from seqkit.tasks.tagging.options import TaggingApplication
    from seqkit.tasks.tagging.task import TaggingTask

    use_device(device)
    if processes > 1 and not on_cpu():
        refuse({f"--processes {processes}": True}, ": is for the CPU", "Leave it out, or --device.")
    problems = RecordErrors(skip=skip_bad)
    reading = _reading(from_, text_field, id_field, keep, drop)
    wanted = Inputs(tuple(inputs or ()), text, file, from_, pretokenized, text_field=text_field)
    wanted.check()
    # Tags written over the file they were made from would replace its own labels for good.
    check_apart({"--out": out}, [] if text else [path for path in wanted.arguments if is_file_there(path)])
    spec = sentence_format(out, format)
    options = TaggingApplication(label, top, probabilities, lang, segmenter, pretokenized)
    task, request = TaggingTask(), ApplyRequest("", options, inference_dtype, reading)
    request = replace(request, model=settled_model(model or task.default_model(request)))
    check_can_write(spec, out)
    task.check_format(spec.name, request)
    compute_with(1 if processes > 1 else threads)
    with loading_models(one_thread=processes > 1):
        tagger = (task.load_for_stream if processes == 1 else task.load_for)(request)
    kinds_of(label, tagger.facts.labels)
    items = items_of_inputs(task, wanted, request, problems, lambda: task.segmenter(tagger, request))
    command = Command(task, request, wanted, out, spec.name, "tagged", processes=processes)
    words = command.run(tagger, items)
    say("" if words else "no words found in the input")
    say(problems.summary())


def _reading(
    format: str, text_field: str, id_field: str, keep: list[str] | None, drop: list[str] | None
) -> Reading:
    """How files are read. Raises SeqkitError for options that need --text-field."""
    from seqkit.formats.fields import named

    if not text_field:
        refuse(
            {"--id-field": id_field, "--keep": keep, "--drop": drop}, ": is for records", "Add --text-field."
        )
    kept = named(keep) if keep is not None else None
    return Reading(format, text_field, id_field, kept, named(drop or []))
