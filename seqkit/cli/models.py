"""`seqkit models`: list, show, fetch and verify trained models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from seqkit.cli.light_command import RecordsCommand

if TYPE_CHECKING:
    from seqkit.extend.specs import PretrainedSpec

app = typer.Typer(no_args_is_help=True)


@app.command("list", cls=RecordsCommand)
def list_models(json_output: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """List the models that the installed plugins ship.

    \b
    Examples:
      seqkit models list --json
    """
    from seqkit.extend.manager import registry
    from seqkit.terminal.tables import print_table, show_json

    rows = [
        {
            "name": registered.spec.name,
            "task": registered.spec.task,
            "language": registered.spec.language,
            "summary": registered.spec.summary,
            "folder": _folder(registered.spec),
        }
        for registered in registry().all("pretrained")
    ]
    if json_output:
        show_json(rows)
    else:
        print_table(("name", "task", "language", "summary"), [list(row.values())[:4] for row in rows])


def _folder(spec: PretrainedSpec) -> str | None:
    """The folder of a shipped model; None, with a warning, if its package is missing."""
    from seqkit.errors import SeqkitError
    from seqkit.models.folder import shipped_folder

    try:
        return str(shipped_folder(spec))
    except SeqkitError as error:
        typer.echo(f"seqkit: warning: {error.problem}", err=True)
        return None


@app.command("info", cls=RecordsCommand)
def info(
    model: Annotated[str, typer.Argument(help="Name or folder.")],
    json_output: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show a model's configuration, labels, size and card.

    \b
    Examples:
      seqkit models info en-tagger
    """
    from seqkit.io.visible import visible, visible_lines
    from seqkit.models.folder import CARD, model_info
    from seqkit.models.needs import missing
    from seqkit.terminal.tables import show_json

    stored = model_info(model)
    facts: dict[str, Any] = {
        "folder": str(stored.folder),
        "megabytes": round(stored.size / 1e6, 2),
        "sha256": stored.sha256,
        **stored.config,
        "labels": _labels(stored.folder),
        "missing": [f"{problem}. {fix}" for problem, fix in missing(stored.config["needs"])],
    }
    if json_output:
        show_json(facts)
        return
    for line in _in_words(facts):
        print(visible(line))
    card = stored.folder / CARD
    if card.exists():
        print(f"\n{visible_lines(card.read_text(encoding='utf-8', errors='replace'))}", end="")


def _in_words(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each fact; facts with several parts come last, with a line for each part."""
    for key, value in facts.items():
        if not isinstance(value, dict | list):
            yield f"{key:10}  {_as_set(value)}"
    for key, value in facts.items():
        if isinstance(value, dict) and value:
            yield key
            width = max(map(len, value))
            yield from (f"  {name:{width}}  {_as_set(part)}" for name, part in value.items())
        elif isinstance(value, list):
            yield from (f"{key:10}  {_as_set(part)}" for part in value)


def _as_set(value: Any) -> str:
    """Format a value as in `--set`; nested values are separated by commas."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_as_set(part)}" for name, part in value.items()) or "–"
    if isinstance(value, list):
        return ", ".join(map(_as_set, value)) or "–"
    if isinstance(value, bool):
        return str(value).lower()
    return "–" if value is None or value == "" else str(value)


def _labels(folder: Path) -> dict[str, int]:
    """Kind of label -> number of its labels; empty for a model without labels."""
    from seqkit.errors import SeqkitError
    from seqkit.io.json_files import AGAIN, read_json

    path = folder / "labels" / "labels.json"
    try:
        return {kind: len(names) for kind, names in read_json(path).items()} if path.exists() else {}
    except (AttributeError, TypeError):
        raise SeqkitError(f"{path}: does not contain lists of labels", AGAIN) from None


@app.command("pull")
def pull_model(
    model: Annotated[str, typer.Argument(help="hf://owner/name, or hf://owner/name@revision.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Also copy the model into this new folder.")
    ] = None,
) -> None:
    """Fetch a model from the Hugging Face Hub into its cache, and print its folder.

    \b
    Examples:
      seqkit models pull hf://owner/name@v1
      seqkit tag -m hf://owner/name "Time flies."
    """
    import sys

    from seqkit.models.folder import model_info
    from seqkit.models.hub import pull
    from seqkit.models.hub_copy import check_new, copy_model
    from seqkit.models.hub_names import parsed

    parsed(model)
    if out is not None:
        check_new(out)
    folder = pull(model, progress=sys.stderr.isatty())
    model_info(folder)
    print(folder if out is None else copy_model(folder, out))


@app.command("verify", cls=RecordsCommand)
def verify_model(model: Annotated[str, typer.Argument(help="Name or folder.")]) -> None:
    """Check every file of a model against its checksum.

    \b
    Examples:
      seqkit models verify runs/en
    """
    from seqkit.errors import SeqkitError
    from seqkit.io.json_files import AGAIN
    from seqkit.models.folder import inner_models, model_info, verify

    folder = model_info(model).folder
    problems = verify(folder)
    problems += [f"{inner.name}/{problem}" for inner in inner_models(folder) for problem in verify(inner)]
    if problems:
        raise SeqkitError(f"{folder}: {'; '.join(problems)}", AGAIN)
    print(f"{folder}: all checksums match")
