"""`seqkit corpora`."""

import typer

app = typer.Typer()


@app.command()
def todo() -> None:
    """To come."""
