"""The `seqkit` command: gathers the verbs, and turns errors into one or two lines on stderr."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from seqkit._version import __version__
from seqkit.cli import corpora, evaluate, models, plugins, tag, train
from seqkit.errors import SeqkitError

# Typer reads an absent --help through pydantic, and rich renders help through a Markdown parser: 0.1 s each,
# which the commands that only list things need not pay.
NO_HELP: dict[str, object] = {"help": False}
LIGHT = {
    **NO_HELP,
    "plugins": NO_HELP,
    "corpora": {**NO_HELP, "list": NO_HELP},
    "models": {**NO_HELP, "list": NO_HELP},
}

app = typer.Typer(
    name="seqkit",
    help="Recurrent sequence models for text: tag, train, measure, extend.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"default_map": LIGHT},
)
app.command("tag")(tag.tag)
app.command("train")(train.train)
app.command("evaluate")(evaluate.evaluate)
app.add_typer(corpora.app, name="corpora", help="List, fetch, measure and convert corpora.")
app.add_typer(models.app, name="models", help="List, show and verify trained models.")
app.command("plugins")(plugins.plugins)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seqkit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Recurrent sequence models for text: tag, train, measure, extend."""


def main() -> None:
    """Run the command line. Exits with 0 for success, 1 for bad data, 2 for a wrong command, 130 after Ctrl-C."""
    try:
        app()
    except SeqkitError as error:
        print(f"seqkit: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        print("seqkit: interrupted; nothing half-written was left", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output (head, less) has gone: not an error, but Python would complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
