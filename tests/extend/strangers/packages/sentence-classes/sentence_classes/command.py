"""`seqkit classify`."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def classify(
    text: Annotated[str, typer.Argument(help='A sentence; "-" reads one a line from standard input.')],
    model: Annotated[str, typer.Option("--model", "-m", help="A classifier: its folder.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a sentence.")] = False,
) -> None:
    """Give a sentence its class."""
    import seqkit
    from seqkit import SeqkitError
    from seqkit.io.streams import data_text

    if not model:
        raise SeqkitError("which model?", "Name one: --model runs/classes.", exit_code=2)
    lines = typer.get_text_stream("stdin").read().splitlines() if text == "-" else [text]
    for output in seqkit.load(model, task="sentence-class").apply(lines, all_classes=True):
        ranked = dict(sorted(output["classes"].items(), key=lambda pair: -pair[1]))
        record = {"class": output["label"], "probabilities": ranked}
        print(json.dumps(record, ensure_ascii=False) if as_json else output["label"], file=data_text())
