"""`seqkit evaluate`: measure a model by the metrics of its task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.extend.manager import registry
from seqkit.terminal.arguments import Device, SkipBad, Threads, inference_dtype_option
from seqkit.terminal.flags import Flags, unsuitable, with_flags
from seqkit.terminal.renamed import Precision

if TYPE_CHECKING:
    from seqkit.evaluation.report import Report
    from seqkit.extend.specs import TaskSpec
    from seqkit.models.folder import ModelInfo


def evaluate(
    model: Annotated[str, typer.Argument(help="A model by name, or its folder.")],
    data: Annotated[
        str,
        typer.Argument(
            metavar="CORPUS_OR_FILES", help="A corpus by name; a labelled file; parallel text as a.en,a.de."
        ),
    ],
    split: Annotated[str, typer.Option(help="Split of the corpus: train, dev or test. Default: test.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown.")] = False,
    compare: Annotated[
        str, typer.Option("--compare", help="Another model: test the difference between the two.")
    ] = "",
    inference_dtype: Annotated[
        str, inference_dtype_option("the computation", "float32, bfloat16, int8 (taggers)")
    ] = "",
    threads: Threads = None,
    device: Device = "",
    card: Annotated[bool, typer.Option("--card", help="Add the scores to the model's card.")] = False,
    skip_bad: SkipBad = False,
    precision: Precision = "",
    *,
    given: Mapping[str, Any],
) -> None:
    """Measure a model by the metrics of its task, on labelled words, raw text, or pairs of any modality.

    \b
    Examples:
      seqkit evaluate en-tagger ud-english-ewt
      seqkit evaluate runs/en my.conllu --json
    """
    from seqkit.api.evaluation import measured, split_of
    from seqkit.config import fill
    from seqkit.errors import SeqkitError
    from seqkit.extend.blame import faults_named
    from seqkit.models.folder import model_info
    from seqkit.runtime.devices import use_device
    from seqkit.runtime.start import start_stream
    from seqkit.runtime.threads import compute_with
    from seqkit.tasks.contract import EvaluationRequest, task_named
    from seqkit.terminal.tables import say

    if as_json and as_markdown:
        raise SeqkitError("--json and --markdown contradict each other", "Leave one out.", exit_code=2)
    use_device(device)
    info = model_info(model)
    spec = _task_of(model, info, given)
    request = EvaluationRequest(
        model=model,
        source=data,
        split=split_of(data, split),
        options=fill({"evaluation": spec.evaluation}, given)["evaluation"],
        compare=compare,
        inference_dtype=inference_dtype,
        skip_bad=skip_bad,
        card=card,
        tell=say,
    )
    compute_with(threads)
    with faults_named():
        start_stream(task_named(spec.name).allocation)
        report = measured(spec, request)
        _show(info, report, card, as_json, as_markdown)


def _show(info: ModelInfo, report: Report, card: bool, as_json: bool, as_markdown: bool) -> None:
    """Write the card, then print the report. In this order, because the reader of stdout may close it early."""
    from seqkit.api.evaluation import write_card
    from seqkit.io.streams import data_text
    from seqkit.terminal.tables import print_tables, show_json

    if card:
        write_card(info, report)
    if as_json:
        show_json(report.data)
    elif as_markdown:
        print("\n".join(report.markdown()), file=data_text())
    else:
        print_tables(report.title, report.shown)


def _task_of(model: str, info: ModelInfo, given: Mapping[str, Any]) -> TaskSpec:
    """The model's task. Raises SeqkitError for a task that no plugin offers, and for an option that the task lacks."""
    from seqkit.errors import SeqkitError

    task = str(info.config["task"])
    registry().check_uncontested("tasks", task)
    known = {registered.spec.name: registered.spec for registered in registry().all("tasks")}
    if task not in known:
        fix = f"It measures models for {' and '.join(known)}."
        raise SeqkitError(f"{model}: a model for {task}, which `evaluate` does not know", fix, exit_code=2)
    if mismatch := unsuitable(given, flags(), task):
        flag, owners = mismatch
        problem = f"{flag}: is for models of {' and '.join(owners)}, this is one of {task}"
        raise SeqkitError(problem, "Leave it out.", exit_code=2)
    spec: TaskSpec = known[task]
    return spec


def flags() -> Flags:
    """Return the options that tasks add. An option of several tasks has the type of the built-in task."""
    tasks = sorted(registry().all("tasks"), key=lambda one: not one.builtin)
    return Flags.of((one.spec.name, one.spec.evaluation) for one in tasks)


def command() -> Callable[..., None]:
    """Create the command with the options of all tasks."""
    return with_flags(evaluate, flags())
