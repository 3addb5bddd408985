"""`seqkit models`: which trained models there are, and what one is made of."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_models(json_output: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False) -> None:
    """List the models that the installed plugins ship."""
    from seqkit.cli.render import print_table
    from seqkit.extend.manager import registry
    from seqkit.models.folder import shipped_folder

    rows = [
        {
            "name": plugged.spec.name,
            "task": plugged.spec.task,
            "language": plugged.spec.language,
            "summary": plugged.spec.summary,
            "folder": str(shipped_folder(plugged.spec)),
        }
        for plugged in registry().all("pretrained")
    ]
    if json_output:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print_table(("name", "task", "language", "summary"), [list(row.values())[:4] for row in rows])


@app.command("info")
def info(
    model: Annotated[str, typer.Argument(help="Name or folder.")],
    json_output: Annotated[bool, typer.Option("--json", help="Write JSON.")] = False,
) -> None:
    """Show a model's configuration, labels, size and card."""
    from seqkit.models.folder import CARD, model_info
    from seqkit.models.parts import read_json

    found = model_info(model)
    labels = found.folder / "labels" / "labels.json"
    facts: dict[str, Any] = {
        "folder": str(found.folder),
        "megabytes": round(found.size / 1e6, 2),
        "sha256": found.sha256,
        **found.config,
        "labels": {kind: len(names) for kind, names in read_json(labels).items()} if labels.exists() else {},
    }
    if json_output:
        print(json.dumps(facts, ensure_ascii=False, indent=1))
        return
    for key, value in facts.items():
        print(f"{key:10}  {value}")
    card = found.folder / CARD
    if card.exists():
        print(f"\n{card.read_text(encoding='utf-8')}", end="")


@app.command("verify")
def verify_model(model: Annotated[str, typer.Argument(help="Name or folder.")]) -> None:
    """Check every file of a model against its checksum."""
    from seqkit.errors import SeqkitError
    from seqkit.models.folder import AGAIN, model_info, verify

    folder = model_info(model).folder
    problems = verify(folder)
    if problems:
        raise SeqkitError(f"{folder}: {'; '.join(problems)}", AGAIN)
    print(f"{folder}: every file is as it was made")
