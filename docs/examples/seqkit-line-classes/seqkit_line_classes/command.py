"""`seqkit line-classes-line`. torch is imported inside, so that --help stays quick."""

from typing import Annotated

import typer

from seqkit.io.streams import data_text


def give_class(
    text: Annotated[str, typer.Argument(help="The line.")],
    model: Annotated[str, typer.Option("--model", "-m", help="A model: its folder.")],
) -> None:
    """Give a line its class."""
    import seqkit

    for output in seqkit.load(model, task="line-classes").apply(text):
        print(output["class"], file=data_text())
