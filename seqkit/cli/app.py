"""The `seqkit` command: the Typer application, and the set-up of the standard streams."""

from __future__ import annotations

import io
import os
import sys
from typing import Annotated, Any, TextIO, cast

import typer
from typer.core import TyperGroup

from seqkit._version import __version__
from seqkit.cli import batch, corpora, models, plugins
from seqkit.cli.failures import failures_reported
from seqkit.cli.group import Group
from seqkit.cli.help_pages import HelpfulGroup
from seqkit.cli.light_command import LightCommand
from seqkit.extend.files import OPTION, take_files
from seqkit.io.messages import MessageStream
from seqkit.runtime.start import start_command

# Typer parses an absent --help with pydantic, and rich renders help with a Markdown parser: 0.1 s each, which these
# defaults avoid for commands that only list records.
NO_HELP: dict[str, object] = {"help": False}
LIGHT = {
    **NO_HELP,
    "install_completion": False,
    "show_completion": False,
    "plugins": NO_HELP,
    "corpora": {**NO_HELP, "list": NO_HELP},
    "models": {**NO_HELP, "list": NO_HELP},
}

BATCH = """Apply a model to whole corpora: no record is lost, none is processed twice.

\b
Examples:
  seqkit batch tag corpus/ -o out/
  seqkit batch status out/
  seqkit batch verify out/
"""
CORPORA = """List, fetch, measure and convert corpora.

\b
Examples:
  seqkit corpora list
  seqkit corpora get ud-english-ewt
  seqkit corpora stats ud-english-ewt
"""
MODELS = """List, show, fetch and verify trained models.

\b
Examples:
  seqkit models list
  seqkit models info en-tagger
"""

app = typer.Typer(
    name="seqkit",
    cls=Group,
    help="Recurrent sequence models for text: tag, train, measure, extend.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"default_map": LIGHT, "help_option_names": ["-h", "--help"]},
    epilog="See a command's arguments, options and examples: seqkit help COMMAND",
)
app.add_typer(batch.app, name="batch", help=BATCH)
app.add_typer(corpora.app, name="corpora", cls=HelpfulGroup, help=CORPORA)
app.add_typer(models.app, name="models", cls=HelpfulGroup, help=MODELS)
app.add_typer(plugins.app, name="plugins")


# "help" in LIGHT is the option, not this command, so the command needs a separate map.
@app.command("help", cls=LightCommand, context_settings={"default_map": NO_HELP})
def show_help(
    context: typer.Context,
    command: Annotated[
        list[str] | None, typer.Argument(help="A command, such as tag, or corpora get.", show_default=False)
    ] = None,
) -> None:
    """Show the help of seqkit, or of a command."""
    current = cast(typer.Context, context.find_root())
    for name in command or []:
        current = typer.Context(_command_in(current, name), info_name=name, parent=current, default_map={})
    typer.echo(current.get_help())


def _command_in(context: typer.Context, name: str) -> Any:
    """The command `name` of the context's group. Raises SeqkitError if there is none, or no group."""
    from seqkit.errors import SeqkitError, did_you_mean

    group = context.command
    command = group.get_command(context, name) if isinstance(group, TyperGroup) else None
    if command is None:
        known = group.list_commands(context) if isinstance(group, TyperGroup) else []
        problem = f"no such command: {context.command_path} {name}"
        raise SeqkitError(problem, did_you_mean(name, known), exit_code=2)
    return command


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"seqkit {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Recurrent sequence models for text: tag, train, measure, extend."""


def main() -> None:
    """Run the command line. Exit codes: 0 for success, 1 for bad data, 2 for a wrong command line, 130 after Ctrl-C."""
    # Python sets a closed standard stream to None.
    sys.stdin, sys.stdout, sys.stderr = (
        stream or open(os.devnull, mode)  # noqa: SIM115 (open to the end)
        for stream, mode in ((sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w"))
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Files and pipes receive UTF-8; for a terminal, characters outside its encoding are replaced.
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="replace")
    start_command()
    stderr: Any = sys.stderr
    sys.stderr = cast(TextIO, MessageStream(stderr))
    try:
        # The group reports failures of commands; this context reports a signal while Typer builds the commands.
        with failures_reported():
            if any(argument.startswith(OPTION) for argument in sys.argv):
                # Before the commands are built, because plugins add options and commands.
                take_files(sys.argv[1:])
            app()
    finally:
        sys.stderr = stderr
