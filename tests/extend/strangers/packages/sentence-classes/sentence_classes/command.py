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
    from seqkit import SeqkitError
    from seqkit.io.streams import data_text
    from seqkit.models.artifact import load_for

    if not model:
        raise SeqkitError("which model?", "Name one: --model runs/classes.", exit_code=2)
    classifier = load_for("sentence-class", model)
    lines = typer.get_text_stream("stdin").read().splitlines() if text == "-" else [text]
    for line, p_C in zip(lines, classifier.probabilities(lines).tolist(), strict=True):
        ranked = dict(sorted(zip(classifier.facts.classes, p_C, strict=True), key=lambda pair: -pair[1]))
        best = next(iter(ranked))
        record = {"text": line, "class": best, "probabilities": ranked}
        print(json.dumps(record, ensure_ascii=False) if as_json else best, file=data_text())
