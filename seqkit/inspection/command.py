"""`seqkit inspect`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from seqkit.terminal.arguments import Device, SkipBad, ThreadsOfTorch

if TYPE_CHECKING:
    from seqkit.tasks.inspecting import InspectionRequest


def inspect(
    model: Annotated[str, typer.Argument(help="A model by name, or its folder.")],
    corpus: Annotated[
        str, typer.Option("--corpus", help="A corpus by name, or a file of a format for `seqkit evaluate`.")
    ] = "",
    text: Annotated[
        str, typer.Option("--text", help="One example: a text, or a file with the model's input.")
    ] = "",
    target: Annotated[
        str,
        typer.Option(
            "--target", help="With --text: its translation, or its labels. Default: the model's prediction."
        ),
    ] = "",
    split: Annotated[str, typer.Option("--split", help="Split of the corpus. Default: dev.")] = "",
    examples: Annotated[
        int, typer.Option("--examples", min=1, max=100_000, help="Maximum number of examples of the corpus.")
    ] = 200,
    layer: Annotated[
        str, typer.Option("--layer", help="Name of a recurrent layer, or a part of it. Default: all.")
    ] = "",
    contrast: Annotated[
        str,
        typer.Option(
            "--contrast",
            help="Explain each label in contrast to this one. Default: the most probable other label.",
        ),
    ] = "",
    time_parallel: Annotated[
        bool,
        typer.Option(
            "--time-parallel",
            help="Only predict whether Newton's method converges for the recurrent layers, at all time steps at once, "
            "and whether it is faster. Default of --corpus: the model's training data.",
        ),
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", help="HTML file to write, with every plot.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    threads: ThreadsOfTorch = None,
    device: Device = "",
    skip_bad: SkipBad = False,
) -> None:
    """Measure gradients, gates and memory of a model's recurrent layers on real text, and explain an output.

    \b
    Examples:
      seqkit inspect runs/lstm --corpus ud-english-ewt --html report.html
      seqkit inspect runs/en-de --text "The dog sleeps." \\
          --target "Der Hund schläft."
    """
    from seqkit.errors import SeqkitError
    from seqkit.extend.blame import faults_named
    from seqkit.inspection.inspect import InspectOptions
    from seqkit.inspection.inspect import inspect as run
    from seqkit.inspection.page import write_page
    from seqkit.inspection.report import data_of, tables_of, title_of
    from seqkit.inspection.time_parallel import trained_on
    from seqkit.runtime.devices import use_device
    from seqkit.runtime.threads import compute_serially
    from seqkit.tasks.inspecting import InspectionRequest
    from seqkit.terminal.argument_paths import check_utf8
    from seqkit.terminal.tables import print_tables, say, show_json

    use_device(device)
    compute_serially(threads)
    if time_parallel and not (corpus or text):
        corpus = trained_on(model)
    if time_parallel and (html is not None or contrast):
        raise SeqkitError(
            "--time-parallel: prints a table only", "Leave out --html and --contrast.", exit_code=2
        )
    if bool(corpus) == bool(text):
        fix = "Give either --corpus NAME or --text TEXT."
        raise SeqkitError("expected one of --corpus and --text", fix, exit_code=2)
    if target and not text:
        raise SeqkitError("--target: is for --text", "Leave it out.", exit_code=2)
    if split and not corpus:
        raise SeqkitError("--split needs --corpus", "Leave it out.", exit_code=2)
    for name, value in (("--text", text), ("--target", target)):
        check_utf8(name, value)
    if html is not None:
        _check_page(html)
    request = InspectionRequest(
        model, corpus, split or "dev", text, target, examples, skip_bad=skip_bad, tell=say
    )
    if time_parallel:
        _print_forecasts(request, layer, as_json)
        return
    with faults_named():
        inspection = run(request, InspectOptions(layer, contrast))
    for note in inspection.notes:
        say(note)
    if html is not None:
        write_page(html, inspection)
        say(f"{html}: written")
    if as_json:
        show_json(data_of(inspection))
    elif html is None:
        print_tables(title_of(inspection), tables_of(inspection))


def _print_forecasts(request: InspectionRequest, layer: str, as_json: bool) -> None:
    """Print predictions for `time_parallel`, as a table or JSON."""
    from seqkit.extend.blame import faults_named
    from seqkit.inspection.time_parallel import data_of, forecasts, table_of
    from seqkit.terminal.tables import print_tables, show_json

    with faults_named():
        predictions = forecasts(request, layer)
    if as_json:
        show_json(data_of(predictions))
        return
    where = f"{request.source} {request.split}" if request.source else "a text"
    print_tables(request.model, [table_of(predictions, where)])


def _check_page(html: Path) -> None:
    """Raise SeqkitError if the page cannot be written; called before the inspection."""
    from seqkit.errors import SeqkitError

    if not html.parent.is_dir():
        raise SeqkitError(f"{html.parent}: no such folder", "Create it first.", exit_code=2)
    if html.is_dir():
        raise SeqkitError(f"{html}: is a folder", "Name a file.", exit_code=2)
