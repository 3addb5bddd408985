"""The `seqkit` command: gathers the verbs, and turns errors into one or two lines on stderr."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, NoReturn, TextIO, cast

import typer
from typer.core import TyperGroup

from seqkit._version import __version__
from seqkit.cli import corpora, evaluate, models, plugins, train
from seqkit.cli.data_command import DataCommand
from seqkit.cli.light_command import LightCommand
from seqkit.errors import Ended, SeqkitError, lacks_memory
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import CommandSpec
from seqkit.io.atomic import FULL
from seqkit.runtime.start import start_command

# Typer reads an absent --help through pydantic, and rich renders help through a Markdown parser: 0.1 s each,
# which the commands that only list things need not pay.
NO_HELP: dict[str, object] = {"help": False}
LIGHT = {
    **NO_HELP,
    "plugins": NO_HELP,
    "corpora": {**NO_HELP, "list": NO_HELP},
    "models": {**NO_HELP, "list": NO_HELP},
}
NO_MEMORY = (
    "there is not enough memory for this\n"
    "Leave it more memory, or train with a smaller network or batches (--set hidden=…, --set batch_words=…)."
)


MADE: dict[str, tuple[Callable[[], Callable[..., None]], str]] = {
    "train": (train.command, "Train a model."),
    "evaluate": (evaluate.command, "Measure a model."),
}
"""Commands whose options depend on the plugins: name -> what makes them, and a line of help."""


class Group(TyperGroup):
    """The commands, those of plugins among them; what goes wrong in one ends as one or two lines on stderr.

    A plugin's command is imported when it runs, or when its help is shown.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """Every name: of plugins' commands first."""
        return [*_offered(), *MADE, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by name; None where there is none."""
        if cmd_name in MADE:
            return _command(cmd_name, MADE[cmd_name][0]())
        found = super().get_command(ctx, cmd_name)
        if found is None and cmd_name in _offered():
            offered = registry().registered("commands", cmd_name)
            return _command(cmd_name, load(offered.spec.command), offered.builtin)
        return found

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """The table of commands, from their records: none is imported for it."""
        lines = {name: spec.summary for name, spec in _offered().items()}
        lines |= {name: summary for name, (_, summary) in MADE.items()}
        for name in super().list_commands(ctx):
            lines[name] = self.commands[name].get_short_help_str()
        with formatter.section("Commands"):
            formatter.write_dl(list(lines.items()))

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for. Leaves with its exit code where it fails."""
        try:
            return super().invoke(ctx)
        except SeqkitError as error:
            self._end(str(error), error.exit_code)
        except KeyboardInterrupt:
            self._end("interrupted; nothing half-written was left", 130)
        except BrokenPipeError:
            # The reader of our output (head, less) has gone: not an error, but Python would complain at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        except OSError as error:
            # Files that are written name themselves: where a disk is full without a name, it is that of the output.
            name = error.filename or ("standard output" if error.errno in FULL else "")
            self._end(f"{name}: {error.strerror or error}".removeprefix(": "), 1)
        except Ended:
            raise
        except BaseException as error:
            if lacks_memory(error):
                self._end(NO_MEMORY, 1)
            from seqkit.extend.blame import plugin_of

            owner = plugin_of(error)
            if owner and not isinstance(error, Exception):
                # sys.exit or a cancelled task: its traceback would tell nothing more.
                self._end(f"{owner.who} ended the command by {type(error).__name__}({error})", 1)
            # A fault in a program, not of its user: the traceback is for whoever has to mend it.
            if owner:
                error.add_note(f"This came up in the plugin '{owner.plugin}' of {owner.distribution}.")
            raise

    def _end(self, message: str, exit_code: int) -> NoReturn:
        print(f"seqkit: {message}", file=sys.stderr)
        sys.exit(exit_code)


def _offered() -> dict[str, CommandSpec]:
    """The commands of plugins by name."""
    return {registered.spec.name: registered.spec for registered in registry().all("commands")}


def _command(name: str, function: Any, builtin: bool = True) -> Any:
    """A function, or a Typer application with several commands, as a command of the group.

    Args: builtin, whether it writes its data to `seqkit.io.streams`; a plugin's command may print as it likes.
    """
    single = function
    if not isinstance(function, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(name, cls=DataCommand if builtin else None)(function)
    made = typer.main.get_command(single)
    made.name = name
    return made


app = typer.Typer(
    name="seqkit",
    cls=Group,
    help="Recurrent sequence models for text: tag, train, measure, extend.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"default_map": LIGHT},
)
app.add_typer(corpora.app, name="corpora", help="List, fetch, measure and convert corpora.")
app.add_typer(models.app, name="models", help="List, show and verify trained models.")
app.command("plugins", cls=LightCommand)(plugins.plugins)


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
    # A closed stream is None in Python; whoever closed it wants nothing from it.
    sys.stdin, sys.stdout, sys.stderr = (
        stream or open(os.devnull, mode)  # noqa: SIM115 (open to the end)
        for stream, mode in ((sys.stdin, "r"), (sys.stdout, "w"), (sys.stderr, "w"))
    )
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Data are UTF-8 wherever they go; a terminal shows what it can.
        sys.stdout.reconfigure(encoding=None if sys.stdout.isatty() else "utf-8", errors="replace")
    start_command()
    heard: Any = sys.stderr
    sys.stderr = cast(TextIO, Unheard(heard))
    try:
        app()
    except Ended as end:
        sys.exit(end.exit_code)
    finally:
        sys.stderr = heard


class Unheard:
    """stderr, whose reader may go away (`2>&1 | head`, a closed terminal): then the work goes on untold."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write what can be written."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush what can be."""
        with suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
