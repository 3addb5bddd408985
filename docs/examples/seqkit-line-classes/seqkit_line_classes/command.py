"""`seqkit line-classes-line`. torch is imported inside, so that --help stays quick."""

from typing import Annotated

import typer

from seqkit.io.streams import data_text


def classify(
    text: Annotated[str, typer.Argument(help="The line.")],
    model: Annotated[str, typer.Option("--model", "-m", help="A model: its folder.")],
) -> None:
    """Classify a line."""
    import seqkit

    for output in seqkit.load(model, task="line-classes").apply(text):
        print(output["class"], file=data_text())
