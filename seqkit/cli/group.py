"""The group of commands: built-in ones, those whose options depend on plugins, and those of plugins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import typer
from typer.core import TyperGroup

from seqkit.cli import evaluate, train
from seqkit.cli.data_command import DataCommand
from seqkit.cli.failures import failures_reported
from seqkit.cli.help_pages import HelpfulCommand
from seqkit.cli.limit_option import limits_of_command, with_limit_option
from seqkit.cli.plugin_option import with_plugin_option
from seqkit.errors import SeqkitError, did_you_mean
from seqkit.extend.manager import load, registry
from seqkit.extend.specs import CommandSpec

MADE: dict[str, tuple[Callable[[], Callable[..., None]], str]] = {
    "train": (train.command, "Train a model."),
    "evaluate": (evaluate.command, "Measure a model."),
}
"""Commands whose options depend on plugins: name -> a function that creates the command, and a line of help."""


class PluginsCommand(HelpfulCommand):
    """A command of a third-party plugin, which may be a plugin file."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        with_plugin_option(self.params)
        with_limit_option(self.params)

    def invoke(self, ctx: Any) -> Any:
        """Run the command within the limits of its command line."""
        with limits_of_command(ctx):
            return super().invoke(ctx)


class Group(TyperGroup):
    """The commands; an error in a command is reported in one or two lines on stderr.

    A plugin's command is imported when it runs, or when its help is shown.
    """

    def list_commands(self, ctx: Any) -> list[str]:
        """List the names of all commands, those of plugins first."""
        return [*_offered(), *MADE, *super().list_commands(ctx)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command by name, or None."""
        if cmd_name in MADE:
            return _command(cmd_name, MADE[cmd_name][0]())
        builtin = super().get_command(ctx, cmd_name)
        if builtin is None and cmd_name in _offered():
            offered = registry().registered("commands", cmd_name)
            return _command(cmd_name, load(offered.spec.command), offered.builtin)
        return builtin

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Resolve the command of the first argument. Raises SeqkitError with the nearest name if there is none."""
        if args and not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            fix = did_you_mean(args[0], self.list_commands(ctx))
            raise SeqkitError(f"no such command: seqkit {args[0]}", fix, exit_code=2)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the table of commands from their records, without importing the commands."""
        lines = {name: spec.summary for name, spec in _offered().items()}
        lines |= {name: summary for name, (_, summary) in MADE.items()}
        for name in super().list_commands(ctx):
            lines[name] = self.commands[name].get_short_help_str(limit=200)
        with formatter.section("Commands"):
            formatter.write_dl(list(lines.items()))

    def make_context(self, *arguments: Any, **named: Any) -> Any:
        """Parse the command line, and write the output of `--help` and `--version`."""
        with failures_reported():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; exit with its code if it fails."""
        with failures_reported():
            return super().invoke(ctx)


def _offered() -> dict[str, CommandSpec]:
    """The commands of plugins by name."""
    return {registered.spec.name: registered.spec for registered in registry().all("commands")}


def _command(name: str, function: Any, builtin: bool = True) -> Any:
    """Convert a function, or a Typer application with several commands, to a command of the group.

    Args: builtin, whether it writes its data to `seqkit.io.streams`; a plugin's command may use `print`.
    """
    single = function
    if not isinstance(function, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
        single.command(name, cls=DataCommand if builtin else PluginsCommand)(function)
    made = typer.main.get_command(single)
    made.name = name
    return made
