"""`seqkit segment`."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from seqkit.terminal.argument_paths import check_apart, is_file_there
from seqkit.terminal.arguments import (
    AllFiles,
    AllText,
    Out,
    SentenceFormat,
    SkipBad,
    TextInputs,
    ThreadsOfTorch,
    model_option,
)
from seqkit.terminal.inputs import Inputs
from seqkit.terminal.outputs import check_can_write, sentence_format
from seqkit.terminal.tables import say


def segment(
    inputs: TextInputs = None,
    model: Annotated[
        str,
        model_option(
            "A segmenter, or a tagger that has one: name or folder; spacy: rules. Default: by language."
        ),
    ] = "",
    out: Out = None,
    format: SentenceFormat = "",
    text: AllText = False,
    file: AllFiles = False,
    lang: Annotated[str, typer.Option(help="Language code of the text.")] = "en",
    threads: ThreadsOfTorch = None,
    skip_bad: SkipBad = False,
) -> None:
    """Split text into sentences and words.

    \b
    Examples:
      seqkit segment "Hello there. How are you?"
      seqkit segment book.txt -o book.conllu
      seqkit segment page.txt --model runs/fr-tagger
    """
    from seqkit.examples import RecordErrors
    from seqkit.models.folder import settled_model
    from seqkit.runtime.threads import compute_serially
    from seqkit.tasks import ApplyRequest
    from seqkit.tasks.command import Command
    from seqkit.tasks.sentence_inputs import items_of_inputs
    from seqkit_segmenter import SegmenterApplication
    from seqkit_segmenter.task import SegmentationTask

    problems = RecordErrors(skip=skip_bad)
    wanted = Inputs(tuple(inputs or ()), text, file, verb="segment")
    wanted.check()
    compute_serially(threads)
    check_apart({"--out": out}, [] if text else [path for path in wanted.arguments if is_file_there(path)])
    spec = sentence_format(out, format)
    check_can_write(spec, out)
    task, request = SegmentationTask(), ApplyRequest(model, SegmenterApplication(lang))
    request = replace(request, model=settled_model(model or task.default_model(request)))
    loaded = task.load_for_stream(request)
    items = items_of_inputs(task, wanted, request, problems, lambda: loaded)
    words = Command(task, request, wanted, out, spec.name, "segmented").run(loaded, items)
    say("" if words else "no words found in the input")
    say(problems.summary())
